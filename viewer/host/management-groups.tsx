/** Management groups: scopes above subscriptions, at which roles hold for all that is below. */
import { TextField } from '../components/fields.js';
import type { GroupDraft } from './host-draft.js';

interface ManagementGroupsProps {
  readonly groups: readonly GroupDraft[];
  readonly onChange: (groups: readonly GroupDraft[]) => void;
}

export function ManagementGroups({ groups, onChange }: ManagementGroupsProps) {
  const change = (at: number, changed: Partial<GroupDraft>): void =>
    onChange(groups.map((group, index) => (index === at ? { ...group, ...changed } : group)));
  return (
    <details class="further" open={groups.length > 0}>
      <summary>Management groups ({groups.length})</summary>
      <div class="form">
        {groups.map((group, index) => (
          <fieldset key={index} class="group">
            <legend class="hidden">Management group {group.name}</legend>
            <div class="fields">
              <TextField
                required
                label="Name"
                maxLength={100}
                value={group.name}
                onChange={(name) => change(index, { name })}
              />
              <TextField
                label="Group above it"
                maxLength={100}
                value={group.parent}
                onChange={(parent) => change(index, { parent })}
              />
            </div>
            <TextField
              mono
              label="Subscriptions, separated by commas"
              maxLength={50_000}
              value={group.subscriptions}
              onChange={(subscriptions) => change(index, { subscriptions })}
            />
            <div class="row">
              <button
                type="button"
                class="button"
                aria-label={`Remove the management group ${group.name}`}
                onClick={() => onChange(groups.filter((_, at) => at !== index))}
              >
                Remove
              </button>
            </div>
          </fieldset>
        ))}
        <div class="row">
          <button
            type="button"
            class="button"
            onClick={() => onChange([...groups, { name: '', parent: '', subscriptions: '' }])}
          >
            Add a management group
          </button>
        </div>
      </div>
    </details>
  );
}
