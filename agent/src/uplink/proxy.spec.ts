import { describe, expect, it } from 'vitest';
import { proxyAuthorization, proxyFor } from './proxy.js';

const proxies = { httpsProxy: new URL('http://secure:1'), httpProxy: new URL('http://plain:2') };
const through = (api: string, noProxy = '') => proxyFor(new URL(api), { ...proxies, noProxy })?.host;

describe('proxyFor', () => {
  it('goes_by_the_scheme_of_the_API', () => {
    expect(through('https://api.example')).toBe('secure:1');
    expect(through('http://api.example')).toBe('plain:2');
    expect(
      proxyFor(new URL('https://x'), { httpsProxy: undefined, httpProxy: undefined, noProxy: '' }),
    ).toBeUndefined();
  });

  it.each([
    ['https://127.0.0.1:4000', ''],
    ['https://localhost', ''],
    ['https://[::1]:1', ''],
    ['https://api.example', '*'],
    ['https://api.example', 'other, api.example'],
    ['https://API.example.', 'api.example'],
    ['https://api.example', 'x .example'],
    ['https://a.b.example', 'example'],
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://[2001:db8::7]', '2001:db8::/32'],
    ['https://[2001:db8::7]', '[2001:db8:0::7]'],
  ])('takes_no_proxy_to_%s_when_NO_PROXY_is_%j', (api, noProxy) => {
    expect(through(api, noProxy)).toBeUndefined();
  });

  it.each([
    ['https://api.example', 'pi.example'],
    ['https://api.example', ', ,,'],
    ['https://api.example', 'api.example.org'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.0.0.0/99'],
    ['https://10.1.2.3', '2.3'],
    ['https://[2001:db9::7]', '2001:db8::/32'],
  ])('takes_the_proxy_to_%s_when_NO_PROXY_is_%j', (api, noProxy) => {
    expect(through(api, noProxy)).toBe('secure:1');
  });
});

describe('proxyAuthorization', () => {
  it('is_basic_with_what_the_address_holds_decoded', () => {
    const header = (url: string) => proxyAuthorization(new URL(url))['proxy-authorization'];
    expect(header('http://p')).toBeUndefined();
    expect(header('http://bob:a%40b@p')).toBe(`Basic ${Buffer.from('bob:a@b').toString('base64')}`);
  });
});
