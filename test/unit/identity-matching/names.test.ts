/** Names: how each way of writing is read, and how two of them agree. */
import { describe, expect, test } from 'vitest';
import { cantoneseFrame } from '#domain/identity/matching/chinese-name.ts';
import { compareNames } from '#domain/identity/matching/compare-names.ts';
import { type RawName, readName } from '#domain/identity/matching/person-name.ts';
import { phoneticCode } from '#domain/identity/matching/phonetic-code.ts';

describe('a name is read', () => {
  test.each<[string, RawName, string, string]>([
    ['given and family name', { given: ' Robert ', family: 'SMITH' }, 'robert', 'smith'],
    ['accents and apostrophes', { given: 'José-María', family: "O'Neill" }, 'jose maria', 'oneill'],
    ['title and suffix', { full: 'Dr. Robert Smith Jr.' }, 'robert', 'smith'],
    ['family name first, with a comma', { full: 'Smith, Robert J' }, 'robert j', 'smith'],
    ['one word', { full: 'Cher' }, '', 'cher'],
    ['full width letters', { full: 'Ｒｏｂｅｒｔ Ｓｍｉｔｈ' }, 'robert', 'smith'],
    ['a Chinese name', { full: '张伟' }, 'wei', 'zhang'],
    ['with spaces between', { full: ' 张 伟 ' }, 'wei', 'zhang'],
    ['in two columns', { given: '伟', family: '张' }, 'wei', 'zhang'],
    ['a surname of two characters', { full: '欧阳娜娜' }, 'nana', 'ouyang'],
    ['traditional characters', { full: '歐陽娜娜' }, 'nana', 'ouyang'],
    ['单 as a surname', { full: '单雄信' }, 'xiongxin', 'shan'],
    ['曾 as a surname', { full: '曾国藩' }, 'guofan', 'zeng'],
    ['仇 as a surname', { full: '仇英' }, 'ying', 'qiu'],
    ['解 as a surname', { full: '解缙' }, 'jin', 'xie'],
    ['查 as a surname', { full: '查良镛' }, 'liangyong', 'zha'],
    ['ü as v', { full: '吕洞宾' }, 'dongbin', 'lv'],
  ])('%s', (_, raw, given, family) => {
    expect(readName(raw)).toMatchObject({ given, family });
  });

  test.each<[string, string, 'M' | 'F']>([
    ['王先生', 'wang', 'M'],
    ['歐陽女士', 'ouyang', 'F'],
    ['李小姐', 'li', 'F'],
    ['Mrs Wang', 'wang', 'F'],
  ])('%s is a surname and a sex', (full, family, addressed) => {
    expect(readName({ full })).toMatchObject({ family, given: '', addressed });
  });

  test.each(['', '  ', 'null', 'N/A', 'Unknown', '匿名'])('"%s" is no name', (full) => {
    expect(readName({ full })).toBeUndefined();
  });
});

describe('two names agree', () => {
  test.each([
    ['张伟', '張偉', 'same'],
    ['张伟', '张玮', 'same-sound'],
    ['张伟', 'Wei Zhang', 'same'],
    ['张伟', 'Zhang Wei', 'swapped'],
    ['王小明', 'Wang Xiao Ming', 'same-sound'],
    ['王小明', '王晓明', 'same-sound'],
    ['王小明', '王大明', 'alike'],
    ['王小明', '王芳', 'same-family'],
    ['王小明', '李小明', 'same-given'],
    ['陈大文', 'Chan Tai Man', 'cantonese'],
    ['张伟', '李娜', 'different'],
    ['王先生', '王小明', 'surname'],
    ['王先生', '李小明', 'different'],
    ['王先生', 'Wang Xiaoming', 'surname'],
    ['Robert Smith', 'robert SMITH', 'same'],
    ['Robert Smith', 'Smith Robert', 'swapped'],
    ['Robert Smith', 'Robert Smyth', 'close'],
    ['R Smith', 'Robert Smith', 'initial'],
    ['Robert Smith', 'Bob Smith', 'same-family'],
    ['Robert Smith', 'Robert Jones', 'same-given'],
    ['Robert Smith', 'Jane Doe', 'different'],
    ['Cher', 'Cher Bono', 'part-same'],
    ['Smith', 'Robert Smyth', 'part-close'],
  ])('%s and %s: %s', (a, b, level) => {
    const [one, other] = [readName({ full: a }), readName({ full: b })];
    if (one === undefined || other === undefined) throw new Error('no name');
    expect(compareNames(one, other)).toBe(level);
    expect(compareNames(other, one)).toBe(level);
  });

  test('a lone given name and a lone family name have nothing to compare', () => {
    expect(
      compareNames({ given: 'robert', family: '' }, { given: '', family: 'smith' }),
    ).toBeUndefined();
  });
});

test.each([
  ['robert', 'rupert'],
  ['smith', 'smyth'],
  ['catherine', 'katherine'],
  ['phillip', 'filip'],
  ['allen', 'alan'],
])('%s and %s sound alike', (a, b) => {
  expect(phoneticCode(a)).toBe(phoneticCode(b));
});

test.each([
  ['chan', 'chen'],
  ['tsang', 'zang'],
  ['kwok', 'gwok'],
  ['cheung', 'jeung'],
])('%s and %s have one Cantonese frame', (a, b) => {
  expect(cantoneseFrame(a)).toBe(cantoneseFrame(b));
});
