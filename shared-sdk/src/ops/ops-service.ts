import { z } from 'zod';
import { type Database, timeOf } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { GroupStatus } from '../events/index.js';
import { type Call, type GrpcService, grpcService, type Methods, parseRequest } from '../grpc/index.js';
import { str, uuid } from '../http/index.js';
import type { Logger } from '../logging/index.js';
import * as queries from './queries.js';

export interface OpsOptions {
  /** The service's own. */
  db: Database;
  /** What this process consumes, as `Consumers.status` tells it. */
  consumers: () => GroupStatus[];
  /** Told who changed what. */
  logger: Logger;
}

type Ops = Methods<'market.ops.v1.OpsService'>;

const limit = z
  .int()
  .min(0)
  .max(100)
  .transform((n) => n || 50);
const anyText = str({ min: 0, max: 255 });
const one = z.object({ consumer: str(), messageId: str() });
const parkedPage = z.object({ consumer: anyText, key: anyText, limit, offset: z.int().min(0) });

/** `market.ops.v1`: what operators see and do in a service. createService adds it to every service. */
export function opsService({ db, consumers, logger }: OpsOptions): GrpcService {
  const asked = (request: unknown) => {
    const { consumer, messageId } = parseRequest(one, request);
    return { consumer, messageId, row: [consumer, messageId] };
  };

  const methods: Ops = {
    async ListParked(request) {
      const { consumer, key, limit, offset } = parseRequest(parkedPage, request);
      const [page, all] = await Promise.all([
        db.query(queries.listParked([consumer, key, limit, offset])),
        db.query(queries.countParked([consumer, key])),
      ]);
      return { messages: page.rows.map(parkedMessage), total: all.rows[0]?.total ?? 0 };
    },
    async GetParked(request) {
      const { rows } = await db.query(queries.getParked(asked(request).row));
      if (!rows[0]) throw notParked();
      return { message: parkedMessage(rows[0]), content: JSON.stringify(rows[0].message) };
    },
    async ReplayParked(request, call) {
      const { consumer, messageId, row } = asked(request);
      const { rowCount } = await db.query(queries.requestReplay(row));
      if (rowCount === 0) throw notParked();
      logger.info(
        { group: consumer, messageId, messages: rowCount, by: call.principal().userId },
        'replay requested',
      );
      return { messages: rowCount };
    },
    async DiscardParked(request, call) {
      const { consumer, messageId, row } = asked(request);
      const gone = await db.transaction(async (tx) => {
        const [found] = (await tx.query(queries.discard(row))).rows;
        if (!found) throw notParked();
        if (timeOf(messageId) !== undefined) tx.query(queries.remember(row));
        return found;
      });
      logger.warn(
        { group: consumer, messageId, ...gone, by: call.principal().userId },
        'parked message discarded',
      );
      return {};
    },
    ListConsumers: () => ({ consumers: consumers().toSorted((a, b) => (a.group < b.group ? -1 : 1)) }),
    async FindInbox(request) {
      const { messageId } = parseRequest(z.object({ messageId: uuid }), request);
      const { rows } = await db.query(queries.findInbox([messageId]));
      return { consumers: rows.map(({ consumer }) => consumer) };
    },
    async FindOutbox(request) {
      const {
        topic,
        key,
        limit: most,
      } = parseRequest(z.object({ topic: anyText, key: str(), limit }), request);
      const { rows } = await db.read(queries.findOutbox([topic, key, most]));
      return {
        events: rows.map(({ created_at, payload, ...event }) => ({
          ...event,
          payload: JSON.stringify(payload),
          createdAt: created_at.toISOString(),
        })),
      };
    },
  };
  return grpcService('market.ops.v1.OpsService', adminsOnly(methods));
}

/** Around all methods at once, so that none is forgotten. */
function adminsOnly(methods: Ops): Ops {
  const guarded = Object.entries(methods).map(([name, method]) => [
    name,
    (request: never, call: Call) => {
      if (call.principal().role !== 'admin') throw new AppError('FORBIDDEN', 'forbidden', 'Only for admins.');
      return method(request, call);
    },
  ]);
  return Object.fromEntries(guarded) as Ops;
}

const notParked = () =>
  new AppError('NOT_FOUND_PARKED', 'not_found', 'No such message is parked; it may have been replayed.');

const parkedMessage = ({ message, ...row }: queries.Parked) => ({
  consumer: row.consumer,
  messageId: row.message_id,
  topic: row.topic,
  partition: row.partition,
  position: row.position,
  key: row.key,
  type: message.type,
  reason: row.reason,
  error: row.error,
  parkedAt: row.parked_at.toISOString(),
  replayRequestedAt: row.replay_requested_at?.toISOString(),
});
