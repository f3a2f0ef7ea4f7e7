import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { limits } from '../../../src/contract/index.js';
import { commandFor, createSigner } from './command.fixture.js';
import { openEnvelope, readCommandKey } from './envelope.js';

const signer = createSigner();
const command = commandFor({ kind: 'SIGNAL_PROCESS', process: { pid: 77, start: '123' }, signal: 15 });
const code = (text: string, key = signer.key) => {
  const opened = openEnvelope(text, key);
  return opened.ok ? undefined : opened.failure.code;
};

it('gives_the_payload_of_a_signed_command_as_it_was_signed', () => {
  const opened = openEnvelope(signer.seal(command), signer.key);
  expect(opened.ok && JSON.parse(Buffer.from(opened.value).toString())).toEqual(command);
});

it('refuses_every_single_bit_flip_of_an_envelope', { timeout: 1_800_000 }, () => {
  // Every bit of three; in CI a fiftieth of the bits of each of a thousand, others in each; or really all (12 minutes).
  const isAll = process.env['WHODUNIT_EVERY_BIT'] === '1';
  const rounds = isAll || process.env['CI'] ? 1_000 : 3;
  for (let round = 0; round < rounds; round += 1) {
    const bytes = Buffer.from(signer.seal(commandFor(command.action, { reason: `INC-${round}` })));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      if (rounds > 3 && !isAll && (bit + round) % 50 !== 0) continue;
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(code(bytes.toString('utf8')), `bit ${bit}`).toMatch(/^command\/(bad-signature|malformed)$/);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(code(bytes.toString('utf8'))).toBeUndefined();
  }
});

it('refuses_every_single_bit_flip_of_what_was_signed', () => {
  const envelope = signer.envelope(JSON.stringify(command));
  const payload = Buffer.from(envelope.payload, 'base64');
  for (let bit = 0; bit < payload.length * 8; bit += 1) {
    const flipped = Buffer.from(payload);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(code(JSON.stringify({ ...envelope, payload: flipped.toString('base64') }))).toBe('command/bad-signature');
  }
});

it('knows_one_key_and_one_way_to_write_bytes', () => {
  const other = createSigner();
  expect(code(other.seal(command))).toBe('command/bad-signature');
  const envelope = signer.envelope('{}');
  const [signature] = envelope.signatures;
  expect(code(JSON.stringify({ ...envelope, signatures: [{ ...signature, keyid: other.key.id }] }))).toBe(
    'command/bad-signature',
  );
  const both = { ...envelope, signatures: [...other.envelope('{}').signatures, ...envelope.signatures] };
  expect(code(JSON.stringify(both))).toBeUndefined();
  for (const broken of [
    { ...envelope, payload: `${envelope.payload}\n` },
    { ...envelope, payload: envelope.payload.replace(/=+$/, '') },
    { ...envelope, payload: signer.envelope('x'.repeat(limits.commandBytesMax + 1)).payload },
    { ...envelope, payloadType: 'application/json' },
    { ...envelope, signatures: [] },
    { ...envelope, signatures: [null] },
    { ...envelope, signatures: Array(5).fill(signature) },
    null,
    [],
  ])
    expect(code(JSON.stringify(broken))).toBe('command/malformed');
  expect(code('{')).toBe('command/malformed');
});

it('takes_no_other_kind_of_key', () => {
  expect(readCommandKey('')).toBeUndefined();
  expect(readCommandKey('AAAA')).toBeUndefined();
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(readCommandKey(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'))).toBeUndefined();
});
