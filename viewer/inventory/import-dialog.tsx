/** Takes over files that the Azure CLI printed, and says what was made of them. */
import { useState } from 'preact/hooks';
import type { ImportReport } from '../../src/contract/inventory.js';
import { postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { DialogForm } from '../components/dialog-form.js';
import { CheckField } from '../components/fields.js';
import { Modal } from '../components/modal.js';

interface ImportFile {
  /** Name in the request. */
  readonly name: string;
  readonly command: string;
  readonly required: boolean;
}

interface ImportDialogProps {
  readonly title: string;
  readonly path: string;
  readonly files: readonly ImportFile[];
  /** Offers to remove what the file does not have any more. */
  readonly replaceable?: boolean;
  readonly onClose: () => void;
}

export function ImportDialog({ title, path, files, replaceable, onClose }: ImportDialogProps) {
  const [report, setReport] = useState<ImportReport | null>(null);
  return (
    <Modal title={title} onClose={onClose}>
      {report === null ? (
        <ImportForm {...{ path, files, onClose, onReport: setReport }} replaceable={replaceable === true} />
      ) : (
        <Report report={report} onClose={onClose} />
      )}
    </Modal>
  );
}

interface ImportFormProps extends Pick<ImportDialogProps, 'path' | 'files' | 'onClose'> {
  readonly replaceable: boolean;
  readonly onReport: (report: ImportReport) => void;
}

function ImportForm({ path, files, replaceable, onReport, onClose }: ImportFormProps) {
  const [chosen, setChosen] = useState<{ readonly [name: string]: File }>({});
  const [replace, setReplace] = useState(false);
  const attempt = useAttempt();
  const send = (): void =>
    attempt.run(async () => {
      const lists = await Promise.all(Object.entries(chosen).map(async ([name, file]) => [name, await listOf(file)]));
      const request = { ...Object.fromEntries(lists), ...(replaceable && { replace }) } as object;
      const answer = await postJson<ImportReport>(path, request);
      if (answer !== null) onReport(answer);
    });
  return (
    <DialogForm attempt={attempt} submit="Import" busy="Importing…" onSubmit={send} onCancel={onClose}>
      {files.map(({ name, command, required }) => (
        <label key={name} class="field">
          <span>
            What <code>{command}</code> printed{required ? '' : ' (if you have it)'}
          </span>
          <input
            type="file"
            accept=".json,application/json"
            required={required}
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              if (file !== undefined) setChosen((old) => ({ ...old, [name]: file }));
            }}
          />
        </label>
      ))}
      {replaceable && (
        <CheckField checked={replace} onChange={setReplace}>
          Remove imported ones that are not in the file any more
          <span class="muted hint">What was typed here stays.</span>
        </CheckField>
      )}
    </DialogForm>
  );
}

/** @throws Error that says what the file is not. */
async function listOf(file: File): Promise<readonly unknown[]> {
  let list: unknown;
  try {
    list = JSON.parse((await file.text()).replace(/^\uFEFF/, ''));
  } catch {
    throw new Error(`${file.name} is not JSON. Let the Azure CLI print it with -o json.`);
  }
  if (!Array.isArray(list)) throw new Error(`${file.name} is not a list. Let the Azure CLI print it with -o json.`);
  return list;
}

function Report({ report, onClose }: { report: ImportReport; onClose: () => void }) {
  const { added, changed, unchanged, removed, skipped, credentialsDropped = [] } = report;
  return (
    <div class="form" role="status">
      <p>
        {added} added, {changed} changed, {unchanged} unchanged, {removed} removed.
      </p>
      {credentialsDropped.length > 0 && (
        <p>Stored credentials were dropped, because the address is another one now: {credentialsDropped.join(', ')}.</p>
      )}
      {skipped.length > 0 && (
        <section aria-labelledby="skipped-title">
          <h3 id="skipped-title">{skipped.length} left out</h3>
          <ul class="skipped" tabIndex={0} aria-labelledby="skipped-title">
            {skipped.map(({ name, reason }, index) => (
              <li key={index}>
                {name}: <span class="muted">{reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div class="row dialog-end">
        <button type="button" class="button button-main" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
