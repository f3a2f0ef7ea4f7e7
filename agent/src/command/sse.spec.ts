import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SseParser, type Message } from './sse.js';

const parse = (chunks: readonly Uint8Array[], charactersMax = 1_000) => {
  const parser = new SseParser(charactersMax);
  const messages: Message[] = [];
  for (const chunk of chunks) {
    const found = parser.push(chunk);
    if (found === undefined) return 'too long';
    messages.push(...found);
  }
  return messages;
};
const text =
  ': hello\r\n\r\nevent: command\ndata: {"ä":\ndata:1}\nid: 7\n\nevent:x\n\r\rdata\r\ndata: €\r\r\n\ndata: torn';

it('reads_messages_however_they_are_torn_apart', () => {
  const expected = [
    { event: 'command', data: '{"ä":\n1}', id: '7' },
    { event: '', data: '\n€', id: undefined },
  ];
  expect(parse([Buffer.from(text)])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.nat(Buffer.from(text).length), { maxLength: 30 }), (cuts) => {
      const ends = [...cuts.sort((a, b) => a - b), Infinity];
      const chunks = ends.map((end, index) => Buffer.from(text).subarray(ends[index - 1] ?? 0, end));
      expect(parse(chunks)).toEqual(expected);
    }),
  );
});

it('gives_up_on_a_message_that_never_ends', () => {
  expect(parse([Buffer.from(`data: ${'x'.repeat(2_000)}`)])).toBe('too long');
  expect(parse(Array.from({ length: 300 }, () => Buffer.from('data: xxxx\n')))).toBe('too long');
  expect(parse(Array.from({ length: 300 }, () => Buffer.from('data: xxxx\n\n')))).toHaveLength(300);
  expect(parse(Array.from({ length: 3_000 }, () => Buffer.from(': beat\n')))).toEqual([]);
});
