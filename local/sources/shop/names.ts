/**
 * Names as the markets write them: simplified and traditional characters, pinyin and Cantonese spellings, and
 * Singapore's mix. All are common words combined at random; nobody in particular is meant.
 * @module
 */
import type { Region } from '#domain/definitions/types.ts';
import type { Dice } from './dice.ts';

/** A person's name in every form that a system may hold. */
export interface Name {
  /** Family name first, in the script of the person's market; empty when the person has no Chinese name. */
  readonly local: string;
  /** Simplified form of `local`. */
  readonly simplified: string;
  /** Family name of `local`, for "陳小姐". */
  readonly family: string;
  /** `Chan Siu Ming`, `Chen Xiaoming`, `Nurul Aisyah`. */
  readonly latin: string;
}

type Syllable = readonly [
  simplified: string,
  traditional: string,
  mandarin: string,
  cantonese: string,
];

const syllables = (text: string): readonly Syllable[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => word.split('/') as unknown as Syllable);

const FAMILY = syllables(`
  王/王/Wang/Wong 李/李/Li/Lee 张/張/Zhang/Cheung 刘/劉/Liu/Lau 陈/陳/Chen/Chan 杨/楊/Yang/Yeung 黄/黃/Huang/Wong
  赵/趙/Zhao/Chiu 吴/吳/Wu/Ng 周/周/Zhou/Chow 徐/徐/Xu/Tsui 孙/孫/Sun/Suen 马/馬/Ma/Ma 朱/朱/Zhu/Chu 胡/胡/Hu/Wu
  郭/郭/Guo/Kwok 何/何/He/Ho 林/林/Lin/Lam 罗/羅/Luo/Law 高/高/Gao/Ko 郑/鄭/Zheng/Cheng 梁/梁/Liang/Leung
  谢/謝/Xie/Tse 宋/宋/Song/Sung 许/許/Xu/Hui 韩/韓/Han/Hon 邓/鄧/Deng/Tang 冯/馮/Feng/Fung 曹/曹/Cao/Tso
  彭/彭/Peng/Pang 曾/曾/Zeng/Tsang 萧/蕭/Xiao/Siu 田/田/Tian/Tin 潘/潘/Pan/Poon 蔡/蔡/Cai/Choi 叶/葉/Ye/Yip
  余/余/Yu/Yu 苏/蘇/Su/So 卢/盧/Lu/Lo 欧阳/歐陽/Ouyang/Au-Yeung 司徒/司徒/Situ/Szeto
`);

const GIVEN_M = syllables(`
  伟/偉/wei/Wai 强/強/qiang/Keung 军/軍/jun/Kwan 杰/傑/jie/Kit 涛/濤/tao/To 明/明/ming/Ming 志/志/zhi/Chi
  文/文/wen/Man 华/華/hua/Wah 建/建/jian/Kin 家/家/jia/Ka 俊/俊/jun/Chun 浩/浩/hao/Ho 宇/宇/yu/Yu 凯/凱/kai/Hoi
  健/健/jian/Kin 国/國/guo/Kwok 荣/榮/rong/Wing 龙/龍/long/Lung 辉/輝/hui/Fai 天/天/tian/Tin 子/子/zi/Tsz
`);

const GIVEN_F = syllables(`
  芳/芳/fang/Fong 娜/娜/na/Na 敏/敏/min/Man 静/靜/jing/Ching 丽/麗/li/Lai 燕/燕/yan/Yin 玲/玲/ling/Ling
  婷/婷/ting/Ting 雪/雪/xue/Suet 慧/慧/hui/Wai 莹/瑩/ying/Ying 洁/潔/jie/Kit 颖/穎/ying/Wing 玉/玉/yu/Yuk
  红/紅/hong/Hung 美/美/mei/Mei 欣/欣/xin/Yan 怡/怡/yi/Yee 嘉/嘉/jia/Ka 诗/詩/shi/Sze 雅/雅/ya/Nga 凤/鳳/feng/Fung
`);

const ENGLISH = {
  M: ['Peter', 'Kelvin', 'Raymond', 'Jason', 'Eric', 'Marcus', 'Desmond'],
  F: ['Joyce', 'Karen', 'Vivian', 'Cherry', 'Rachel', 'Grace', 'Michelle'],
} as const;

const SINGAPORE = {
  M: ['Muhammad Hafiz', 'Arjun Nair', 'Suresh Kumar', 'Ahmad Faizal', 'Rajesh Pillai'],
  F: ['Nurul Aisyah', 'Siti Rahimah', 'Priya Menon', 'Kavitha Raj', 'Farah Yusof'],
} as const;

/** Draws a name for a person of the market. */
export const drawName = (dice: Dice, market: Region, gender: 'F' | 'M'): Name => {
  if (market === 'SG' && dice.chance(0.3)) {
    return { local: '', simplified: '', family: '', latin: dice.pick(SINGAPORE[gender]) };
  }
  const family = dice.pick(FAMILY);
  const pool = gender === 'M' ? GIVEN_M : GIVEN_F;
  const given = Array.from({ length: dice.chance(0.75) ? 2 : 1 }, () => dice.pick(pool));
  const script = market === 'HK' || market === 'MO' ? 1 : 0;
  const written = [family, ...given].map((syllable) => syllable[script]).join('');
  return {
    local: written,
    simplified: [family, ...given].map((syllable) => syllable[0]).join(''),
    family: family[script],
    latin: script === 1 ? cantonese(dice, family, given, gender) : pinyin(family, given),
  };
};

const pinyin = (family: Syllable, given: readonly Syllable[]): string => {
  const joined = given.map((syllable) => syllable[2]).join('');
  return `${family[2]} ${joined.charAt(0).toUpperCase()}${joined.slice(1)}`;
};

const cantonese = (
  dice: Dice,
  family: Syllable,
  given: readonly Syllable[],
  gender: 'F' | 'M',
): string => {
  const name = [family, ...given].map((syllable) => syllable[3]).join(' ');
  return dice.chance(0.4) ? `${name}, ${dice.pick(ENGLISH[gender])}` : name;
};
