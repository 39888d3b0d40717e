// Where the server is: at the page's own origin, unless whoever built the page allowed it another.
import { refusedAddress, ServerError } from "./errors.js";

export function ownAddress(): string {
  return `${location.origin}/`;
}

/**
 * An address as it is called.
 *
 * @throws ServerError where it is none, or the page's Content-Security-Policy keeps the page from it.
 */
export function checkedAddress(given: string): string {
  const text = given.trim() === "" ? ownAddress() : given.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ServerError(`“${text}” is no address.`, {
      status: 0,
      code: "address_invalid",
      remedy: `Write it as ${ownAddress()}.`,
    });
  }
  if (url.origin !== location.origin && !allowed().includes(url.origin))
    throw refusedAddress(url.origin, location.origin);
  return `${url.origin}${url.pathname.replace(/\/*$/, "/")}`;
}

/** Origins that the page's own policy names beside its own. */
function allowed(): string[] {
  const meta = document.querySelector<HTMLMetaElement>("meta[http-equiv='Content-Security-Policy']");
  const directive = meta?.content.split(";").find((one) => one.trim().startsWith("connect-src "));
  return (directive ?? "").trim().split(/\s+/).slice(1);
}
