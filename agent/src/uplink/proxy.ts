/** Which proxy leads to the API, as curl(1) reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../config.js';

export interface ProxySettings {
  readonly httpsProxy: URL | undefined;
  readonly httpProxy: URL | undefined;
  readonly noProxy: string;
}

/** This host itself is never reached through a proxy. */
export function proxyFor(api: URL, { httpsProxy, httpProxy, noProxy }: ProxySettings): URL | undefined {
  if (isLoopback(api.hostname) || isExcepted(api.hostname, noProxy)) return undefined;
  return api.protocol === 'https:' ? httpsProxy : httpProxy;
}

/** Basic authentication (RFC 7617) from the user name and password of the proxy's address. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decode(username)}:${decode(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `*`, `example.com` (with everything below it), `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. */
function isExcepted(hostname: string, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  const patterns = noProxy.toLowerCase().split(/[\s,]+/);
  return patterns.some((pattern) => pattern !== '' && matches(host, pattern.replace(/^\[|\]$|^\.+|\.$/g, '')));
}

function matches(host: string, pattern: string): boolean {
  if (pattern === '*' || host === pattern) return true;
  const family = isIP(host);
  if (family === 0) return pattern !== '' && host.endsWith(`.${pattern}`);
  const [network = '', bits = family === 4 ? '32' : '128'] = pattern.split('/');
  if (isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
