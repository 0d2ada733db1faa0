// Generated from proto/market/ops/v1/ops.proto by `npm run proto`: do not edit.

/** A message that a consumer could not handle. */
export interface ParkedMessage {
  /** The consumer's group, such as `order.saga`. */
  consumer: string;
  /** The message's id. */
  messageId: string;
  /** The bare topic, such as `stock`. */
  topic: string;
  /** Its partition. */
  partition: number;
  /** Its place in the partition. */
  position: number;
  /** The aggregate's id. */
  key: string;
  /** The event's type. */
  type: string;
  /** Why it was parked, in one word. */
  reason: string;
  /** What went wrong. */
  error: string;
  /** RFC 3339, UTC. */
  parkedAt: string;
  /** When a replay was asked for, if it was. RFC 3339, UTC. */
  replayRequestedAt?: string;
}

/** A partition as a consumer sees it. */
export interface ConsumedPartition {
  /** The bare topic. */
  topic: string;
  /** Its partition. */
  partition: number;
  /** The last position that is done. */
  committed: number;
}

/** A consumer of the process that answered. */
export interface ConsumerState {
  /** Its group, such as `order.saga`. */
  group: string;
  /** How many messages wait for the whole group. */
  lag: number;
  /** What this process owns. */
  partitions: ConsumedPartition[];
  /** Why it does not get on, if it does not. */
  failure?: string;
}

/** An event as it was written. */
export interface OutboxRow {
  /** UUIDv7; the consumers' inboxes know it by this. */
  id: string;
  /** The bare topic. */
  topic: string;
  /** The aggregate's id. */
  key: string;
  /** The event's type. */
  type: string;
  /** The aggregate's n-th record on the topic. */
  version: number;
  /** JSON. */
  payload: string;
  /** The trace it belongs to. */
  traceparent?: string;
  /** RFC 3339, UTC. */
  createdAt: string;
}

/** Asks for parked messages. */
export interface ListParkedRequest {
  /** Only this group's; empty for all. */
  consumer: string;
  /** Only this aggregate's; empty for all. */
  key: string;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** How many to skip. */
  offset: number;
}

/** Parked messages. */
export interface ListParkedResponse {
  /** The longest parked first. */
  messages: ParkedMessage[];
  /** How many there are altogether. */
  total: number;
}

/** Asks for one parked message. */
export interface GetParkedRequest {
  /** The consumer's group. */
  consumer: string;
  /** The message's id. */
  messageId: string;
}

/** One parked message. */
export interface GetParkedResponse {
  /** What and why. */
  message: ParkedMessage;
  /** The whole message as it came, as JSON. */
  content: string;
}

/** Asks for a replay. */
export interface ReplayParkedRequest {
  /** The consumer's group. */
  consumer: string;
  /** One parked message; what waits before and behind it, of the same topic and key, goes with it. */
  messageId: string;
}

/** The replay was asked for; the partition's owner does it, in order. */
export interface ReplayParkedResponse {
  /** How many messages will be replayed. */
  messages: number;
}

/** Asks to forget a parked message. */
export interface DiscardParkedRequest {
  /** The consumer's group. */
  consumer: string;
  /** The message's id. */
  messageId: string;
}

/** It is forgotten. */
export type DiscardParkedResponse = Record<string, never>;

/** Asks for the consumers. */
export type ListConsumersRequest = Record<string, never>;

/** The consumers of the process that answered. */
export interface ListConsumersResponse {
  /** In the order of their groups. */
  consumers: ConsumerState[];
}

/** Asks who has handled a message. */
export interface FindInboxRequest {
  /** The message's id. */
  messageId: string;
}

/** Who has. */
export interface FindInboxResponse {
  /** Groups, sorted. */
  consumers: string[];
}

/** Asks for the events of an aggregate. */
export interface FindOutboxRequest {
  /** The bare topic; empty for all. */
  topic: string;
  /** The aggregate's id. */
  key: string;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
}

/** The events. */
export interface FindOutboxResponse {
  /** In the order of their versions; what retention has dropped is missing. */
  events: OutboxRow[];
}

/** Consumers, inbox, outbox and parked messages of the service that is asked. For admins. */
export interface OpsService {
  /** Lists messages that a consumer could not handle. */
  ListParked: { request: ListParkedRequest; response: ListParkedResponse };
  /** Shows one of them with its content. */
  GetParked: { request: GetParkedRequest; response: GetParkedResponse };
  /** Asks the consumer to handle a key's parked messages again, in order. */
  ReplayParked: { request: ReplayParkedRequest; response: ReplayParkedResponse };
  /** Forgets one parked message for ever; the later ones of its key still wait for a replay. */
  DiscardParked: { request: DiscardParkedRequest; response: DiscardParkedResponse };
  /** Tells how far each consumer of this process is. */
  ListConsumers: { request: ListConsumersRequest; response: ListConsumersResponse };
  /** Tells which consumers have handled a message. */
  FindInbox: { request: FindInboxRequest; response: FindInboxResponse };
  /** Finds the events that were written for an aggregate. */
  FindOutbox: { request: FindOutboxRequest; response: FindOutboxResponse };
}
