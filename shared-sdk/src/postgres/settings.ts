import type { Binaries } from './binaries.js';

export type Settings = Record<string, string | number | boolean>;

/** Tuned for one machine that also runs everything else. Durability stays as PostgreSQL has it: fsync is on. */
export function serverSettings(binaries: Binaries, port: number, own: Settings = {}): string[] {
  const settings: Settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // TCP only: the default folder of the socket belongs to the system's own PostgreSQL
    max_connections: 200,
    shared_buffers: '128MB',
    wal_level: 'logical',
    max_wal_senders: 16,
    max_replication_slots: 16,
    max_slot_wal_keep_size: '4GB', // a forgotten slot must not fill the disk
    wal_compression: binaries.lz4 ? 'lz4' : 'off', // the only other method costs more CPU than it saves writing
    max_wal_size: '1GB',
    checkpoint_timeout: '15min',
    jit: 'off',
    track_io_timing: 'off',
    log_checkpoints: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C', // the lines that start-server.ts looks for
    ...own,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
