import { expect, it } from 'vitest';
import { signedBytes } from './dsse.js';

it('encodes_as_the_protocol_says', () => {
  // The vector of secure-systems-lab/dsse, protocol.md.
  const bytes = signedBytes('http://example.com/HelloWorld', Buffer.from('hello world'));
  expect(Buffer.from(bytes).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

it('counts_bytes_not_characters', () => {
  expect(Buffer.from(signedBytes('é', Buffer.from('ü'))).toString()).toBe('DSSEv1 2 é 2 ü');
});
