import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
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

// Every bit of three; in CI a fiftieth of the bits of each of a thousand, others in each; or really all, eight million of them.
const isAll = process.env['WHODUNIT_EVERY_BIT'] === '1';
const envelopes = isAll || process.env['CI'] ? 1_000 : 3;
const stride = isAll || envelopes === 3 ? 1 : 50;
const perTest = 100;

describe('a single bit', () => {
  const parts = Array.from({ length: Math.ceil(envelopes / perTest) }, (_, part) => part * perTest);
  it.each(parts)('flipped_in_an_envelope_is_refused (from %i)', { timeout: 1_800_000 }, (first) => {
    let flips = 0;
    for (let round = first; round < Math.min(first + perTest, envelopes); round += 1) {
      const bytes = Buffer.from(signer.seal(commandFor(command.action, { reason: `INC-${round}` })));
      // An `expect` for each would take longer than what it looks at.
      const taken: string[] = [];
      for (let bit = round % stride; bit < bytes.length * 8; bit += stride) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const refusal = code(bytes.toString('utf8'));
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        if (refusal !== 'command/bad-signature' && refusal !== 'command/malformed')
          taken.push(`bit ${bit}: ${refusal}`);
        flips += 1;
      }
      expect(taken, `envelope ${round}`).toEqual([]);
      expect(code(bytes.toString('utf8'))).toBeUndefined();
    }
    if (isAll) console.log(`envelopes ${first} to ${first + perTest - 1}: ${flips} flips, all refused`);
  });
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
