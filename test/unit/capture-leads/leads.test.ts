import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { shortDigest } from '#adapters/files/drops.ts';
import { verifyDouyin, verifyWecom, verifyXiaohongshu } from '#adapters/leads/verify-signature.ts';
import { acceptLeads } from '#application/capture/accept-leads.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { decodeLeads, type LeadPlatform } from '#domain/capture/decode-lead.ts';
import { aPipeline } from '../../support/pipeline.ts';

const DOUYIN = `{"clue_id":7301234567890123457,"name":"李伟","telphone":"13912345678","weixin":"liwei88",
  "create_time":"2026-11-22 10:00:00","promotion_id":7300000000000000001,"promotion_name":"双十一戒指","module_name":"预约表单","city_name":"上海"}`;
const CHANNELS = JSON.stringify({
  code: 0,
  data: {
    list: [
      {
        leads_id: 8812,
        leads_name: '王芳',
        leads_tel: '13800138001',
        leads_action_time: '2026-11-22 11:30:00',
        adgroup_id: 55,
        adgroup_name: '金价活动',
        page_name: '留资页',
      },
      { leads_id: 8813, leads_tel: '+852 9123 4567', leads_action_time: '1795318200' },
    ],
  },
});
const WECOM = JSON.stringify({
  errcode: 0,
  external_contact: {
    external_userid: 'woAJ2GCAAAXtWyujaWJHDDGi0mACAAA',
    name: '李四',
    unionid: 'ozynqsulJFCZ2z1aYeS8h-nuasdAAA',
  },
  follow_user: [
    {
      userid: 'zhangsan',
      remark: '李部长',
      createtime: 1795318200,
      remark_mobiles: ['13800000001', '13000000002'],
      state: 'mall-hk-01',
      add_way: 10,
    },
    { userid: 'lisi', createtime: 1795318260, add_way: 1 },
  ],
});
const XIAOHONGSHU = JSON.stringify({
  timestamp: 1795318200000,
  source: 'landing_page',
  data: {
    leads_id: 'xhs-1',
    submitted_time: '2026-11-22 12:30:00',
    landing_page_id: 77,
    campaign_id: 99,
    campaign_name: '求婚季',
    data: [
      { label: '您的姓名', value: '赵敏' },
      { label: '手机号码', value: '13912345678' },
      { label: '所在城市', value: '深圳' },
    ],
  },
});

const rows = (platform: LeadPlatform, body: string) => {
  const leads = decodeLeads(platform, body);
  return leads.ok ? leads.value.map(({ row }) => row) : leads.error;
};

describe('a lead', () => {
  test('of Douyin keeps ids that no number can hold', () => {
    expect(rows('douyin', DOUYIN)).toEqual([
      {
        platform: 'douyin',
        lead_id: '7301234567890123457',
        happened_at: '2026-11-22T02:00:00.000Z',
        phone: '13912345678',
        name: '李伟',
        email: null,
        wechat: 'liwei88',
        city: '上海',
        campaign_id: '7300000000000000001',
        campaign: '双十一戒指',
        form: '预约表单',
      },
    ]);
  });

  test('of WeChat Channels may come with others', () => {
    expect(rows('wechat-channels', CHANNELS)).toMatchObject([
      {
        lead_id: '8812',
        phone: '13800138001',
        campaign: '金价活动',
        campaign_id: '55',
        form: '留资页',
        happened_at: '2026-11-22T03:30:00.000Z',
      },
      {
        lead_id: '8813',
        phone: '+852 9123 4567',
        campaign: null,
        happened_at: '2026-11-22T03:30:00.000Z',
      },
    ]);
  });

  test('of WeCom is one per employee who added the customer', () => {
    expect(rows('wecom', WECOM)).toMatchObject([
      {
        lead_id: 'woAJ2GCAAAXtWyujaWJHDDGi0mACAAA:zhangsan',
        phone: '13800000001',
        unionid: 'ozynqsulJFCZ2z1aYeS8h-nuasdAAA',
        campaign_id: 'mall-hk-01',
        form: '10',
      },
      { lead_id: 'woAJ2GCAAAXtWyujaWJHDDGi0mACAAA:lisi', phone: null, campaign_id: null },
    ]);
  });

  test('of Xiaohongshu has its answers under the labels of the form', () => {
    expect(rows('xiaohongshu', XIAOHONGSHU)).toMatchObject([
      {
        lead_id: 'xhs-1',
        phone: '13912345678',
        name: '赵敏',
        city: '深圳',
        campaign: '求婚季',
        form: '77',
      },
    ]);
  });

  test.each<[LeadPlatform, string, string]>([
    ['douyin', 'clue=1', 'not-json'],
    ['douyin', '[]', 'not-json'],
    ['douyin', '{"telphone":"13912345678"}', 'no-id'],
    ['douyin', '{"clue_id":1}', 'no-time'],
    ['douyin', '{"clue_id":1.5,"create_time":"2026-11-22 10:00:00"}', 'no-id'],
    ['wechat-channels', '{"data":{"list":[]}}', 'wrong-shape'],
    ['wecom', '{"errcode":84061,"errmsg":"not external contact"}', 'wrong-shape'],
    ['wecom', '{"follow_user":[{"userid":"a","createtime":1795318200}]}', 'no-id'],
    ['xiaohongshu', '{"data":{"data":[]}}', 'wrong-shape'],
  ])('of %s from %s is %s', (platform, body, problem) => {
    expect(rows(platform, body)).toBe(problem);
  });
});

test('the same phone from Douyin and from Xiaohongshu is one customer with two leads, however often they come', async () => {
  const { resolve, refresh, table } = aPipeline();
  const sent: Uint8Array[] = [];
  const ports = {
    publish: async (messages: readonly { bytes: Uint8Array }[]) =>
      void sent.push(...messages.map(({ bytes }) => bytes)),
    digest: shortDigest,
  };
  expect(await acceptLeads(ports, 'douyin', DOUYIN)).toEqual({ ok: true, value: 1 });
  expect(await acceptLeads(ports, 'xiaohongshu', XIAOHONGSHU)).toEqual({ ok: true, value: 1 });
  expect(await acceptLeads(ports, 'xiaohongshu', 'x')).toEqual({ ok: false, error: 'not-json' });
  await resolve(...sent.toReversed(), ...sent);
  await refresh();
  const customers = table.dump().filter(({ sk }) => sk === 'CUSTOMER');
  expect(customers).toHaveLength(1);
  const leads = table
    .dump()
    .filter(({ sk }) => sk === 'BUCKET')
    .flatMap(liveContributionsIn)
    .map(({ fact }) => fact.fields);
  expect(leads.toSorted((a, b) => Number(a['at']) - Number(b['at']))).toMatchObject([
    { platform: 'douyin', campaign: '双十一戒指', campaignId: '7300000000000000001' },
    { platform: 'xiaohongshu', campaign: '求婚季', campaignId: '99' },
  ]);
});

describe('a signature', () => {
  const body = new TextEncoder().encode('{"data":"正文"}');
  const sha1 = (...parts: readonly (string | Uint8Array)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest('hex');

  test('of Xiaohongshu', () => {
    const good = `sha1=${createHmac('sha1', 'token').update(body).digest('hex')}`;
    expect(verifyXiaohongshu(body, good, 'token')).toBe(true);
    expect(verifyXiaohongshu(body, good, 'other')).toBe(false);
    expect(verifyXiaohongshu(body.slice(1), good, 'token')).toBe(false);
    expect(verifyXiaohongshu(body, '', 'token')).toBe(false);
  });

  test('of Douyin', () => {
    expect(verifyDouyin(body, sha1('secret', body), 'secret')).toBe(true);
    expect(verifyDouyin(body, sha1('secret', body), 'secret2')).toBe(false);
  });

  test('of WeCom', () => {
    const call = {
      timestamp: '1409659589',
      nonce: '263014780',
      encrypted: 'P9nAzCzyDtyTWESHep1vC5X9xho',
    };
    const parts = ['QDG6eK', '1409659589', '263014780', call.encrypted].toSorted();
    expect(verifyWecom(call, sha1(parts.join('')), 'QDG6eK')).toBe(true);
    expect(verifyWecom({ ...call, nonce: '1' }, sha1(parts.join('')), 'QDG6eK')).toBe(false);
  });
});
