import { readFileSync, readlinkSync } from 'node:fs';
import { isWindows } from './platform.ts';

// What the kernel tells of itself. Linux alone has these files: elsewhere each reads as absent.

/**
 * The ports that the kernel hands out by itself, both included. Source: ip(7), ip_local_port_range, `first<tab>last`;
 * IANA's dynamic ports (RFC 6335, section 6) are what macOS and Windows use.
 */
export function ephemeralRange(): [number, number] {
  const [, first, last] = /^(\d+)\s+(\d+)/.exec(read('/proc/sys/net/ipv4/ip_local_port_range')) ?? [];
  return first && last ? [Number(first), Number(last)] : [49_152, 65_535];
}

/** The first port that everyone may bind: 1024 unless the kernel says otherwise. */
export function firstUnprivilegedPort(): number {
  const told = read('/proc/sys/net/ipv4/ip_unprivileged_port_start');
  if (told === '') return isWindows ? 1 : 1024;
  return Number(told);
}

/** This boot, network and pid namespace, each in the kernel's own words; empty where it does not tell. */
export const whereabouts = (): { boot: string; net: string; pidns: string } => ({
  boot: read('/proc/sys/kernel/random/boot_id'),
  net: namespace('net'),
  pidns: namespace('pid'),
});

function namespace(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
