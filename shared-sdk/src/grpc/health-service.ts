import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from '@grpc/grpc-js';
import { type Health, healthStatus } from '../health/index.js';

type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
interface CheckRequest {
  service: string;
}
interface CheckResponse {
  status: ServingStatus;
}
type WatchCall = ServerWritableStream<CheckRequest, CheckResponse>;

const lookEveryMs = 1_000;

/** grpc.health.v1 from the same source as the readiness probe. All services of a process share its state. */
export function healthService(health: Health, services: string[]) {
  const known = new Set(['', ...services]);
  const watching = new Set<() => void>();

  const state = async (service: string): Promise<CheckResponse> => {
    if (!known.has(service)) return { status: 'SERVICE_UNKNOWN' };
    return { status: healthStatus(await health.ready()) === 200 ? 'SERVING' : 'NOT_SERVING' };
  };

  const methods = {
    Check({ request }: ServerUnaryCall<CheckRequest, CheckResponse>, answer: sendUnaryData<CheckResponse>) {
      if (!known.has(request.service))
        return answer({ code: status.NOT_FOUND, details: 'There is no such service.' });
      state(request.service).then((found) => answer(null, found), answer);
    },

    // A map field is a list of entries on the wire, and protobufjs makes no map of one that comes from a descriptor.
    List(_: unknown, answer: sendUnaryData<{ statuses: { key: string; value: CheckResponse }[] }>) {
      state('').then((found) => {
        answer(null, { statuses: [...known].map((key) => ({ key, value: found })) });
      }, answer);
    },

    Watch(call: WatchCall) {
      let last: ServingStatus | undefined;
      const look = async () => {
        const found = await state(call.request.service);
        if (found.status !== last) call.write(found);
        last = found.status;
      };
      const timer = setInterval(look, lookEveryMs);
      const stop = () => {
        clearInterval(timer);
        watching.delete(end);
      };
      const end = () => {
        stop();
        if (last !== 'NOT_SERVING') call.write({ status: 'NOT_SERVING' });
        call.end();
      };
      watching.add(end);
      call.on('cancelled', stop);
      look();
    },
  };

  return {
    methods,
    /** Tells who watches that it is over: a stream that stays open would hold up the stop. */
    end() {
      for (const end of [...watching]) end();
    },
  };
}
