import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeSegment, encodeFrame, encodeHeader, type Frame, type Header } from './segment.js';

const start = {
  kind: 'agent_start',
  at: '1',
  version: '1',
  rung: 'ebpf',
  kernel: '6',
  arch: 'x',
  resumed: false,
} as const;
const header: Header = {
  epoch: 'e',
  bootId: 'b',
  bootedAt: 'then',
  ring: '7',
  first: 1,
  start: { ...start, blindSpots: [] },
};
const frames: readonly Frame[] = [
  { sequence: 1, ringPosition: 64, lines: ['{"a":1}', '{"b":"ü"}'] },
  { sequence: 3, ringPosition: 2 ** 40, lines: ['{"c":"\\n"}'] },
];
const head = encodeHeader(header);
const bytes = Buffer.concat([head, ...frames.map(encodeFrame)]);

it('gives_back_what_was_written', () => {
  expect(decodeSegment(bytes)).toEqual({ header, frames, damaged: false });
});

it('keeps_the_whole_frames_before_a_tear_wherever_it_is', () => {
  const ends = [head.length, head.length + encodeFrame(frames[0]!).length, bytes.length];
  for (let length = head.length; length <= bytes.length; length += 1) {
    const whole = ends.filter((end) => end <= length).length - 1;
    const expected = { header, frames: frames.slice(0, whole), damaged: !ends.includes(length) };
    expect(decodeSegment(bytes.subarray(0, length))).toEqual(expected);
  }
  for (let length = 0; length < head.length; length += 1)
    expect(decodeSegment(bytes.subarray(0, length))).toBeUndefined();
});

it('never_takes_a_rotten_bit_for_an_event', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const rotten = Buffer.from(bytes);
      rotten[bit >> 3]! ^= 1 << (bit & 7);
      const contents = decodeSegment(rotten);
      expect(contents?.frames ?? []).toEqual(frames.slice(0, contents?.frames.length ?? 0));
      expect(contents?.damaged ?? true).toBe(true);
    }),
  );
});

it('does_not_guess_at_another_version', () => {
  const newer = Buffer.from(bytes);
  newer.writeUInt32LE(2, 8);
  expect(decodeSegment(newer)).toBeUndefined();
});

it('reads_any_bytes_without_failing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(decodeSegment(Buffer.from(noise))).toBeUndefined();
      expect(decodeSegment(Buffer.concat([bytes, noise]))).toMatchObject({ frames, damaged: noise.length > 0 });
    }),
  );
});
