/** The host as a form holds it: text, empty for nothing. */
import type { HostChange, HostConfiguration, ManagementGroup } from '../../src/contract/inventory.js';

export interface GroupDraft {
  readonly name: string;
  readonly parent: string;
  /** Separated by commas or blanks. */
  readonly subscriptions: string;
}

export interface HostDraft extends Omit<HostConfiguration, 'virtualNetworkId' | 'managementGroups'> {
  readonly virtualNetworkId: string;
  readonly managementGroups: readonly GroupDraft[];
}

export function draftOf(host: HostConfiguration): HostDraft {
  return {
    ...host,
    virtualNetworkId: host.virtualNetworkId ?? '',
    managementGroups: host.managementGroups.map(({ name, parent, subscriptions }) => ({
      name,
      parent: parent ?? '',
      subscriptions: subscriptions.join(', '),
    })),
  };
}

function configurationOf(draft: HostDraft): HostConfiguration {
  return {
    ...draft,
    resourceId: draft.resourceId.trim(),
    virtualNetworkId: orNull(draft.virtualNetworkId),
    managementGroups: draft.managementGroups.map(groupOf),
  };
}

function groupOf({ name, parent, subscriptions }: GroupDraft): ManagementGroup {
  const ids = subscriptions.split(/[\s,]+/).filter((id) => id !== '');
  return { name: name.trim(), parent: orNull(parent), subscriptions: ids };
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** What the draft says differently; somebody else may change the rest meanwhile. */
export function changesOf(host: HostConfiguration, draft: HostDraft): HostChange {
  const asked = configurationOf(draft);
  const names = Object.keys(asked) as (keyof HostConfiguration)[];
  const changed = names.filter((name) => JSON.stringify(asked[name]) !== JSON.stringify(host[name]));
  return Object.fromEntries(changed.map((name) => [name, asked[name]]));
}
