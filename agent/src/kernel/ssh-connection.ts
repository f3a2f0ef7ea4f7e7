/**
 * SSH_CONNECTION as sshd(8) sets it: `client-address client-port server-address server-port`. Only the client's address
 * is taken, and nothing at all unless the whole value has that form.
 */
export function parseSshConnection(value: string): string | undefined {
  const match = /^([^ ]{2,64}) (\d{1,5}) ([^ ]{2,64}) (\d{1,5})$/.exec(value);
  if (!match) return undefined;
  const [, client = '', clientPort, server = '', serverPort] = match;
  if (Number(clientPort) > 65_535 || Number(serverPort) > 65_535) return undefined;
  return isAddress(client) && isAddress(server) ? client : undefined;
}

function isAddress(text: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255);
  const [address = '', zone, ...more] = text.split('%');
  if (more.length > 0 || (zone !== undefined && !/^[A-Za-z0-9_.-]{1,16}$/.test(zone))) return false;
  return /^[0-9a-fA-F:.]+$/.test(address) && address.includes(':') && URL.canParse(`http://[${address}]/`);
}
