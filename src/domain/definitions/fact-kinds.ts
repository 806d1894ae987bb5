/**
 * Kinds of facts that the product knows by name, with the fields that have a fixed meaning.
 *
 * A table may be mapped `as` any name; one of these promises that its fields mean what is written here, so that a view,
 * an audience or a timeline can use them whichever system they come from. Fields beyond these are free.
 * @module
 */
import type { FieldMapping, Labels } from './types.ts';

/** Type of a field. */
export type FieldType = FieldMapping['type'];

/** A field of a fact kind. */
export interface FactField {
  /** Types that the field may have. */
  readonly types: readonly FieldType[];
  readonly label: Labels;
}

/** A kind of fact. */
export interface FactKind {
  readonly label: Labels;
  readonly fields: Readonly<Record<string, FactField>>;
}

const field = (types: FieldType | readonly FieldType[], zh: string, en: string): FactField => ({
  types: typeof types === 'string' ? [types] : types,
  label: { zh, en },
});

const NAME = ['text', 'code'] as const;

/** Fields that every kind may have. */
const ANY = {
  at: field('time', '发生时间', 'When it happened'),
  brand: field(NAME, '品牌', 'Brand'),
  channel: field(NAME, '渠道', 'Channel'),
  store: field(NAME, '门店', 'Store'),
  status: field(NAME, '状态', 'Status'),
};

const kind = (zh: string, en: string, fields: FactKind['fields']): FactKind => ({
  label: { zh, en },
  fields: { ...ANY, ...fields },
});

/** The known kinds, by name. */
export const FACT_KINDS: Readonly<Record<string, FactKind>> = {
  order: kind('订单', 'Order', {
    total: field('money', '订单金额', 'Order total'),
    number: field('text', '订单号', 'Order number'),
    state: field(NAME, '订单状态', 'Order state'),
  }),
  'order-line': kind('订单行', 'Order line', {
    order: field('text', '订单号', 'Order number'),
    product: field('text', '商品', 'Product'),
    category: field(NAME, '品类', 'Category'),
    quantity: field('integer', '数量', 'Quantity'),
    total: field('money', '行金额', 'Line total'),
  }),
  return: kind('退货', 'Return', {
    total: field('money', '退款金额', 'Refund total'),
    order: field('text', '原订单号', 'Order returned'),
  }),
  payment: kind('支付', 'Payment', {
    order: field('text', '订单号', 'Order paid'),
    method: field(NAME, '支付方式', 'Method'),
    total: field('money', '支付金额', 'Amount paid'),
  }),
  points: kind('积分流水', 'Points entry', {
    points: field('integer', '积分变动', 'Points added or taken'),
    expiresOn: field('date', '到期日', 'Last day of validity'),
    reason: field(NAME, '变动原因', 'Reason'),
  }),
  coupon: kind('优惠券', 'Coupon', {
    kind: field(NAME, '券种', 'Kind of coupon'),
    value: field(['money', 'integer'], '面值', 'Face value'),
    expiresOn: field('date', '到期日', 'Last day of validity'),
    claimedAt: field('time', '领取时间', 'When it was claimed'),
    lockedAt: field('time', '锁定时间', 'When it was locked'),
    redeemedAt: field('time', '核销时间', 'When it was redeemed'),
    voidedAt: field('time', '作废时间', 'When it was voided'),
    stores: field('text', '适用门店', 'Stores that take it'),
  }),
  case: kind('服务工单', 'Service case', {
    topic: field(NAME, '主题', 'Topic'),
    closedAt: field('time', '关闭时间', 'When it was closed'),
  }),
  consent: kind('授权', 'Consent', {
    purpose: field(NAME, '用途', 'Purpose'),
    granted: field('boolean', '是否同意', 'Granted'),
    version: field('text', '告知书版本', 'Version of the notice'),
  }),
  'consent-decision': kind('授权决定', 'Decision about the use of data', {
    purpose: field(NAME, '用途', 'Purpose'),
    granted: field('boolean', '是否同意', 'Granted'),
    version: field('text', '告知书版本', 'Version of the notice'),
    actor: field('text', '经办人', 'Who took it down'),
    evidence: field('text', '凭证', 'Proof'),
  }),
  'web-event': kind('网站与应用事件', 'Web or app event', {
    type: field(NAME, '调用类型', 'Type of call'),
    name: field('text', '事件名称', 'Name of the event'),
    properties: field('text', '事件属性', 'Properties'),
  }),
  behaviour: kind('行为事件', 'Behaviour event', {
    event: field(NAME, '事件', 'Event'),
    page: field('text', '页面', 'Page'),
    product: field('text', '商品', 'Product'),
  }),
  lead: kind('留资线索', 'Lead', {
    platform: field(NAME, '平台', 'Platform'),
    campaign: field('text', '推广计划', 'Campaign'),
    campaignId: field('text', '推广计划编号', 'Campaign id'),
    form: field('text', '表单', 'Form'),
  }),
};
