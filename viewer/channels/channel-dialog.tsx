/** What one target does differently from the gateway. */
import { useState } from 'preact/hooks';
import { ALL_CHANNEL_USES, type ChannelOverrides, type ChannelUse } from '../../src/contract/channel-policy.js';
import type { ChannelList } from '../../src/contract/channels.js';
import { sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { DialogForm } from '../components/dialog-form.js';
import { SelectField } from '../components/fields.js';
import { Modal } from '../components/modal.js';
import { CHANNEL_NAMES } from './channel-words.js';

type Choice = 'gateway' | 'allowed' | 'withheld';

interface ChannelDialogProps {
  readonly target: ChannelList['targets'][number];
  /** What the gateway allows. */
  readonly gateway: readonly ChannelUse[];
  readonly onClose: () => void;
}

export function ChannelDialog({ target, gateway, onClose }: ChannelDialogProps) {
  const [overrides, setOverrides] = useState<ChannelOverrides>(target.overrides);
  const attempt = useAttempt();
  const save = (): void =>
    attempt.run(async () => {
      await sendJson('PUT', `/api/v1/targets/${target.targetId}/channels`, overrides);
      onClose();
    });
  return (
    <Modal title={`Channels of ${target.name}`} onClose={onClose}>
      <DialogForm attempt={attempt} submit="Save" onSubmit={save} onCancel={onClose}>
        <p class="muted">Sessions that are connected keep what they began with.</p>
        <div class="fields">
          {ALL_CHANNEL_USES.map((use) => (
            <SelectField
              key={use}
              label={CHANNEL_NAMES[use]}
              value={choiceOf(overrides[use])}
              options={optionsOf(gateway.includes(use))}
              onChange={(choice) => setOverrides((old) => changed(old, use, choice))}
            />
          ))}
        </div>
      </DialogForm>
    </Modal>
  );
}

function choiceOf(override: boolean | undefined): Choice {
  if (override === undefined) return 'gateway';
  return override ? 'allowed' : 'withheld';
}

function optionsOf(ofGateway: boolean): readonly (readonly [Choice, string])[] {
  return [
    ['gateway', `As the gateway: ${ofGateway ? 'allowed' : 'withheld'}`],
    ['allowed', 'Allowed'],
    ['withheld', 'Withheld'],
  ];
}

function changed(overrides: ChannelOverrides, use: ChannelUse, choice: Choice): ChannelOverrides {
  const { [use]: _before, ...others } = overrides;
  return choice === 'gateway' ? others : { ...others, [use]: choice === 'allowed' };
}
