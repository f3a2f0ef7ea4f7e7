import { describe, expect, it } from 'vitest';
import { clauses, en, inLocale, joined, nothing, same, zh, type Text } from './text.js';

const somebody: Text = { en: 'somebody', zh: '某人' };
const worker: Text = { en: 'worker (pid 7)', zh: 'worker（pid 7）' };

describe('en and zh', () => {
  it('put_each_part_in_its_language', () => {
    expect(en`${somebody} sent ${'SIGTERM'} ${2} times`).toBe('somebody sent SIGTERM 2 times');
    expect(zh`${somebody}发送了${2}次 ${'SIGTERM'}`).toBe('某人发送了 2 次 SIGTERM');
  });

  it('zh_puts_a_space_between_Chinese_and_anything_else_and_none_beside_full_width_punctuation', () => {
    expect(zh`${worker}被${same('kill')}终止`).toBe('worker（pid 7）被 kill 终止');
    expect(zh`因为${worker}，${somebody}（${'x'}）`).toBe('因为 worker（pid 7），某人（x）');
    expect(zh`执行了${'"a b"'}`).toBe('执行了 "a b"');
  });

  it('zh_sets_a_Chinese_name_off_so_that_it_cannot_pass_for_a_word_of_the_sentence', () => {
    expect(zh`由${'被杀死'}执行`).toBe('由 被杀死 执行');
  });

  it('zh_goes_over_what_is_empty', () => {
    expect(zh`${worker}${nothing}${''}已结束`).toBe('worker（pid 7）已结束');
    expect(zh`内核${nothing}${same('a')}${nothing}选中`).toBe('内核 a 选中');
  });
});

it('clauses_leave_out_what_says_nothing', () => {
  expect(clauses(nothing, worker, nothing, somebody)).toEqual({
    en: 'worker (pid 7); somebody',
    zh: 'worker（pid 7）；某人',
  });
});

it('joined_is_each_language_for_itself', () => {
  expect(joined(somebody, same('.'))).toEqual({ en: 'somebody.', zh: '某人.' });
});

it('inLocale_chooses', () => {
  expect([inLocale(somebody, 'EN'), inLocale(somebody, 'ZH')]).toEqual(['somebody', '某人']);
});
