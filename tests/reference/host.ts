/** The class of a host: a name, or an address by who can reach it. */

export type HostClass = "domain" | "public_ip" | "private_ip" | "loopback";

export function hostClass(host: string): HostClass {
  if (host.startsWith("[")) return classOfIpv6(groupsOf(host.slice(1, -1)));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return classOfIpv4(host.split(".").map(Number));
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  return "domain";
}

/** Each network as its address and the length of its prefix. Not routable in public, for whatever reason. */
const privateIpv4: [number[], number][] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 4],
  [[240, 0, 0, 0], 4],
];

const privateIpv6: [number[], number][] = [
  [[0, 0, 0, 0, 0, 0, 0, 0], 128],
  [[0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48],
  [[0x100, 0, 0, 0, 0, 0, 0, 0], 32],
  [[0x2001, 0, 0, 0, 0, 0, 0, 0], 23],
  [[0x3fff, 0, 0, 0, 0, 0, 0, 0], 20],
  [[0x5f00, 0, 0, 0, 0, 0, 0, 0], 16],
  [[0xfc00, 0, 0, 0, 0, 0, 0, 0], 6],
  [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32],
];

/** Networks whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64. */
const carriersOfIpv4: [number[], number][] = [
  [[0, 0, 0, 0, 0, 0, 0, 0], 96],
  [[0, 0, 0, 0, 0, 0xffff, 0, 0], 96],
  [[0, 0, 0, 0, 0xffff, 0, 0, 0], 96],
  [[0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96],
];

function classOfIpv4(octets: number[]): HostClass {
  const bits = bitsOf(octets, 8);
  if (inNetwork(bits, bitsOf([127, 0, 0, 0], 8), 8)) return "loopback";
  const isPrivate = privateIpv4.some(([network, length]) => inNetwork(bits, bitsOf(network, 8), length));
  return isPrivate ? "private_ip" : "public_ip";
}

function classOfIpv6(groups: number[]): HostClass {
  const bits = bitsOf(groups, 16);
  const within = ([network, length]: [number[], number]) => inNetwork(bits, bitsOf(network, 16), length);
  if (within([[0, 0, 0, 0, 0, 0, 0, 1], 128])) return "loopback";
  if (privateIpv6.some(within)) return "private_ip";
  if (carriersOfIpv4.some(within)) {
    const [high, low] = groups.slice(6) as [number, number];
    return classOfIpv4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  // 6to4 carries the address behind its prefix.
  if (within([[0x2002, 0, 0, 0, 0, 0, 0, 0], 16])) {
    const [, high, low] = groups as [number, number, number];
    return classOfIpv4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  return "public_ip";
}

/** The eight groups of a serialised IPv6 address. */
function groupsOf(address: string): number[] {
  const [before, after] = address.split("::") as [string, string | undefined];
  const parse = (part: string) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16)));
  if (after === undefined) return parse(before);
  const head = parse(before);
  const tail = parse(after);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function bitsOf(numbers: number[], width: number): string {
  return numbers.map((number) => number.toString(2).padStart(width, "0")).join("");
}

function inNetwork(address: string, network: string, length: number): boolean {
  return address.slice(0, length) === network.slice(0, length);
}
