/** The parts of a URL: the platform's WHATWG parser behind stricter checks of the text as written. */

export interface UrlParts {
  scheme: string;
  host: string;
  path: string | undefined;
}

const SPECIAL = ["http", "https", "ws", "wss", "ftp"];

export function parseUrl(text: string): UrlParts | undefined {
  // The parser would strip or rewrite these, so that what is checked would not be what was written.
  if (/[\u0000-\u001f\u007f\\]/.test(text) || text.startsWith(" ") || text.endsWith(" ")) return undefined;
  const authority = writtenAuthority(text);
  if (authority === undefined || authority.includes("@") || /[^\u0000-\u007f]/.test(authority)) return undefined;
  // A percent-encoded host is decoded by the parser, and must not bring in what may not be written.
  if (/%[89a-f][0-9a-f]/i.test(authority)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const host = readHost(url);
  if (host === undefined) return undefined;
  return { scheme: url.protocol.slice(0, -1), host, path: hasDriveLetter(url) ? undefined : decodePath(url.pathname) };
}

/** The text between `://` and the next `/`, `?` or `#`. What the parser takes with fewer or more slashes is not what others read. */
function writtenAuthority(text: string): string | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(text);
  return match?.[1];
}

/** In lower case, without one trailing dot, IPv4 in dotted decimal and IPv6 in brackets. */
function readHost(url: URL): string | undefined {
  // The parser leaves the hosts of unknown schemes as they are. Read as those of http they fall under the same rules.
  const host = SPECIAL.includes(url.protocol.slice(0, -1)) ? url.hostname : httpHost(url.hostname);
  const trimmed = host?.endsWith(".") ? host.slice(0, -1) : host;
  return trimmed === undefined || trimmed.split(".").includes("") ? undefined : trimmed;
}

function httpHost(host: string): string | undefined {
  try {
    return host === "" ? undefined : new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}

/** What such a path means depends on who reads it. */
function hasDriveLetter(url: URL): boolean {
  return url.protocol === "file:" && url.pathname.split("/").some((segment) => /^[a-z][:|]$/i.test(segment));
}

/** Decoded once; undefined where that would hide a separator, or leave an escape for the next reader to decode. */
function decodePath(path: string): string | undefined {
  if (/%(2f|5c|00)/i.test(path)) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < path.length; ) {
    const escaped = /^%([0-9a-f]{2})/i.exec(path.slice(at, at + 3));
    if (escaped) {
      bytes.push(parseInt(escaped[1] as string, 16));
      at += 3;
    } else {
      // The parser has percent-encoded all that is not ASCII.
      bytes.push(path.charCodeAt(at));
      at += 1;
    }
  }
  let decoded: string;
  try {
    decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
  return /%[0-9a-f]{2}/i.test(decoded) ? undefined : decoded;
}
