/** Addresses as receivers' settings give them. Which hosts may be reached is decided when a message goes out. */
import { z } from 'zod';

const charactersMax = 2_048;

export const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL', abort: true })
  .max(charactersMax)
  .refine((url) => {
    const { username, password } = new URL(url);
    return username === '' && password === '';
  }, 'must not carry a user or password');
