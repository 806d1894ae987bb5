/**
 * Leads: what people leave in a form of an advertising platform, one row per lead, whichever platform it came from.
 *
 * Each platform's payload is described by where its values stand; everything else is common. Long ids are kept as text,
 * because a JSON number of 19 digits has lost its last ones. Times of these platforms are China's.
 * Sources: Ocean Engine open API "tools/clue/get" and the push of Feiyu; Tencent Ads Marketing API "leads_list/get";
 * WeCom server API "externalcontact/get"; Xiaohongshu Juguang, push of landing page forms.
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { parseInstant } from './instant.ts';

/** Platforms whose leads are understood. */
export const LEAD_PLATFORMS = ['douyin', 'wechat-channels', 'wecom', 'xiaohongshu'] as const;

/** A platform that sends leads. */
export type LeadPlatform = (typeof LEAD_PLATFORMS)[number];

/** A lead, by the columns that definitions of source `leads` map. */
export interface Lead {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly row: JsonObject;
}

/** Why a payload holds no lead. */
export type LeadProblem = 'not-json' | 'wrong-shape' | 'no-id' | 'no-time';

/** Values of a lead as a platform writes them. */
interface Described {
  readonly id: Json | undefined;
  readonly at: Json | undefined;
  readonly phone?: Json | undefined;
  readonly name?: Json | undefined;
  readonly email?: Json | undefined;
  readonly wechat?: Json | undefined;
  readonly unionid?: Json | undefined;
  readonly city?: Json | undefined;
  readonly campaignId?: Json | undefined;
  readonly campaign?: Json | undefined;
  readonly form?: Json | undefined;
}

/** Decodes the body of a call: one lead or several; all of them or none. */
export const decodeLeads = (
  platform: LeadPlatform,
  body: string,
): Result<readonly Lead[], LeadProblem> => {
  const payload = parseExact(body);
  if (payload === undefined) return failure('not-json');
  const described = DESCRIBE[platform](payload);
  if (described.length === 0) return failure('wrong-shape');
  const leads: Lead[] = [];
  for (const each of described) {
    const lead = leadOf(platform, each);
    if (!lead.ok) return lead;
    leads.push(lead.value);
  }
  return success(leads);
};

const leadOf = (platform: LeadPlatform, described: Described): Result<Lead, LeadProblem> => {
  const id = textOf(described.id);
  if (id === undefined) return failure('no-id');
  const at = timeOf(described.at);
  if (at === undefined) return failure('no-time');
  const { id: _id, at: _at, campaignId, ...values } = described;
  const columns = Object.entries({ ...values, campaign_id: campaignId }).map(([column, value]) => [
    column,
    textOf(value) ?? null,
  ]);
  const happened = new Date(at).toISOString();
  const row = { platform, lead_id: id, happened_at: happened, ...Object.fromEntries(columns) };
  return success({ id, at, row });
};

type Describe = (payload: JsonObject) => readonly Described[];

/** A push holds one clue; the list of the API holds several under `data.list`. */
const douyin: Describe = (payload) =>
  listIn(payload, 'data', 'list').map((clue) => ({
    id: clue['clue_id'] ?? clue['clueId'] ?? clue['id'],
    at: clue['create_time_detail'] ?? clue['create_time'],
    phone: clue['telephone'] ?? clue['telphone'],
    name: clue['name'],
    email: clue['email'],
    wechat: clue['weixin'],
    city: clue['city_name'],
    campaignId: clue['promotion_id'] ?? clue['ad_id'],
    campaign: clue['promotion_name'] ?? clue['ad_name'],
    form: clue['module_name'],
  }));

const wechatChannels: Describe = (payload) =>
  listIn(payload, 'data', 'leads_info', 'list').map((lead) => ({
    id: lead['leads_id'],
    at: lead['leads_action_time'],
    phone: lead['leads_tel'] ?? lead['leads_telephone'],
    name: lead['leads_name'],
    email: lead['leads_email'],
    wechat: lead['leads_wechat'],
    city: lead['leads_area'],
    campaignId: lead['adgroup_id'] ?? lead['campaign_id'],
    campaign: lead['adgroup_name'] ?? lead['campaign_name'],
    form: lead['page_name'],
  }));

/** One lead per employee who added the customer; `state` is the parameter of the channel that brought them. */
const wecom: Describe = (payload) => {
  const contact = objectIn(payload, 'external_contact');
  const external = textOf(contact['external_userid']);
  return objectsIn(payload, 'follow_user').map((follow) => ({
    id: external && textOf(follow['userid']) && `${external}:${follow['userid']}`,
    at: follow['createtime'],
    phone: listed(follow['remark_mobiles'])[0],
    name: contact['name'],
    unionid: contact['unionid'],
    campaignId: follow['state'],
    form: follow['add_way'],
  }));
};

/** The answers of a form stand under the labels that its author gave them. */
const xiaohongshu: Describe = (payload) => {
  const lead = objectIn(payload, 'data');
  const answers = objectsIn(lead, 'data');
  const answer = (label: RegExp) =>
    answers.find((it) => label.test(textOf(it['label']) ?? ''))?.['value'];
  if (lead['leads_id'] === undefined) return [];
  return [
    {
      id: lead['leads_id'],
      at: lead['submitted_time'] ?? payload['timestamp'],
      phone: answer(/手机|电话|phone|mobile/i),
      name: answer(/姓名|称呼|name/i),
      email: answer(/邮箱|mail/i),
      wechat: answer(/微信|wechat/i),
      city: answer(/城市|地区|city/i),
      campaignId: lead['campaign_id'],
      campaign: lead['campaign_name'],
      form: lead['landing_page_id'],
    },
  ];
};

const DESCRIBE: Readonly<Record<LeadPlatform, Describe>> = {
  douyin,
  'wechat-channels': wechatChannels,
  wecom,
  xiaohongshu,
};

/** The objects of the list at the end of a path, where a payload has it; else the payload itself. */
const listIn = (payload: JsonObject, ...path: readonly string[]): readonly JsonObject[] => {
  let value: Json | undefined = payload;
  for (const step of path) {
    const inner: Json | undefined = isJsonObject(value) ? value[step] : undefined;
    if (inner !== undefined) value = inner;
  }
  return Array.isArray(value)
    ? value.filter(isJsonObject)
    : [isJsonObject(value) ? value : payload];
};

const objectIn = (object: JsonObject, field: string): JsonObject => {
  const value = object[field];
  return isJsonObject(value) ? value : {};
};

const objectsIn = (object: JsonObject, field: string): readonly JsonObject[] =>
  listed(object[field]).filter(isJsonObject);

const listed = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const textOf = (value: Json | undefined): string | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
};

/** `2026-11-22 10:00:00` in China, or seconds or milliseconds since 1970. */
const timeOf = (value: Json | undefined): number | undefined => {
  const text = textOf(value);
  if (text === undefined) return undefined;
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  if (/^\d{13}$/.test(text)) return Number(text);
  return parseInstant(text, 'Asia/Shanghai');
};

/** Parses an object; integers that a number cannot hold stay the text that they were. */
const parseExact = (body: string): JsonObject | undefined => {
  const exact = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? context?.source
      : value;
  try {
    const parsed: unknown = JSON.parse(body, exact as (key: string, value: unknown) => unknown);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};
