import { type Role, ROLES } from '../../src/contract/api.js';
import { ROLE_TEXTS } from './role-names.js';

interface RoleChoiceProps {
  readonly roles: readonly Role[];
  readonly onChange: (roles: readonly Role[]) => void;
}

export function RoleChoice({ roles, onChange }: RoleChoiceProps) {
  const toggle = (role: Role, on: boolean): void =>
    onChange(on ? [...roles, role] : roles.filter((one) => one !== role));
  return (
    <fieldset class="choices choices-one">
      <legend>Roles</legend>
      {ROLES.map((role) => (
        <label key={role} class="choice">
          <input
            type="checkbox"
            checked={roles.includes(role)}
            onChange={(event) => toggle(role, event.currentTarget.checked)}
          />
          <span>
            {ROLE_TEXTS[role].name}
            <span class="muted hint">{ROLE_TEXTS[role].may}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
