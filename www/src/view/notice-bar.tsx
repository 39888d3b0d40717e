import { downloadAll } from "../state/files.js";
import { dismiss, notice } from "../state/notices.js";
import { unkept } from "../state/works.js";
import { marked } from "./marked.js";

export function NoticeBar() {
  const current = notice.value;
  return (
    <div class="notices" role="status">
      {unkept.value !== undefined && (
        <div class="notice error">
          <span>{unkept.value}</span>
          <button type="button" onClick={downloadAll}>
            Download everything
          </button>
        </div>
      )}
      {current && (
        <div class={`notice ${current.kind}`}>
          <span>{marked(current.text)}</span>
          {current.action && (
            <button
              type="button"
              onClick={() => {
                const { action } = current;
                dismiss();
                action?.run();
              }}
            >
              {current.action.label}
            </button>
          )}
          <button type="button" class="quiet" aria-label="Close this message" onClick={dismiss}>
            ✕
          </button>
        </div>
      )}
    </div>
  );
}
