// Where a person says which server, and with which token.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Row } from "../form/choice.js";
import { marked } from "../view/marked.js";
import { ownAddress } from "./address.js";
import { wordsOf } from "./errors.js";
import { connect, session } from "./session.js";

const open = signal(false);

export function ask(): void {
  open.value = true;
}

function close(): void {
  open.value = false;
}

export function ConnectDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = open.value;
  useEffect(() => {
    const { current: element } = dialog;
    if (isOpen && !element?.open) element?.showModal();
    if (!isOpen && element?.open) element.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="cell-dialog" aria-labelledby="connect-title" onClose={close}>
      {isOpen && <Form />}
    </dialog>
  );
}

function Form() {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    setProblem(undefined);
    try {
      await connect({ address: text("address"), token: text("token"), tenant: text("tenant") });
      close();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="connect-form" onSubmit={submit}>
      <div class="dialog-head">
        <h3 id="connect-title">Connect to a server</h3>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          ✕
        </button>
      </div>
      <p class="hint">
        Its policies open here in place of these, which are set aside. Nothing is written before you save. The token
        stays in this tab and is forgotten when you disconnect.
      </p>
      <Row label="Token or API key" required>
        {(id) => (
          <input id={id} class="plain" name="token" type="password" autocomplete="off" spellcheck={false} required />
        )}
      </Row>
      <Row label="Address" hint="Where this page came from, if the server serves it.">
        {(id) => (
          <input
            id={id}
            class="plain"
            name="address"
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            defaultValue={session.value?.server.credentials.address ?? ownAddress()}
          />
        )}
      </Row>
      <Row label="For a tenant" hint="Where a key of the platform writes a tenant’s policies; else leave it empty.">
        {(id) => <input id={id} class="plain" name="tenant" autocomplete="off" spellcheck={false} />}
      </Row>
      {problem !== undefined && (
        <p class="fault" role="alert">
          {marked(problem)}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Connecting…" : "Connect"}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
