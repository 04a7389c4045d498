/** Assigns a role of Azure to somebody. */
import { useState } from 'preact/hooks';
import { type Role, ROLES } from '../../src/contract/api.js';
import { AZURE_ROLE_NAMES, type AzureRole } from '../../src/contract/azure-roles.js';
import type { PrincipalKind } from '../../src/contract/inventory.js';
import { postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { DialogForm } from '../components/dialog-form.js';
import { SelectField, TextField } from '../components/fields.js';
import { Modal } from '../components/modal.js';
import { ROLE_TEXTS } from '../users/role-names.js';

const KINDS = [
  ['user', 'A person'],
  ['group', 'A group of the directory'],
  ['product-role', 'Everybody with a role of this product'],
] as const;

const AZURE_ROLE_OPTIONS = AZURE_ROLE_NAMES.map((name) => [name, name] as const);
const ROLE_OPTIONS = ROLES.map((role) => [role, ROLE_TEXTS[role].name] as const);

export function RoleDialog({ onClose }: { onClose: () => void }) {
  const [principalKind, setKind] = useState<PrincipalKind>('user');
  const [name, setName] = useState('');
  const [productRole, setProductRole] = useState<Role>('user');
  const [role, setRole] = useState<AzureRole>('Reader');
  const [scope, setScope] = useState('/');
  const attempt = useAttempt();
  const principal = principalKind === 'product-role' ? productRole : name.trim();
  const add = (): void =>
    attempt.run(async () => {
      await postJson('/api/v1/role-assignments', { principalKind, principal, role, scope: scope.trim() });
      onClose();
    });
  return (
    <Modal title="Assign a role" onClose={onClose}>
      <DialogForm attempt={attempt} submit="Assign" onSubmit={add} onCancel={onClose}>
        <SelectField label="To" value={principalKind} options={KINDS} onChange={setKind} />
        {principalKind === 'product-role' ? (
          <SelectField
            label="Role of this product"
            value={productRole}
            options={ROLE_OPTIONS}
            onChange={setProductRole}
          />
        ) : (
          <TextField
            required
            label={principalKind === 'user' ? 'User name or object id' : 'Object id of the group'}
            value={name}
            onChange={setName}
          />
        )}
        <SelectField label="Role" value={role} options={AZURE_ROLE_OPTIONS} onChange={setRole} />
        <TextField mono required label="Scope; / is everything" pattern="/.*" value={scope} onChange={setScope} />
      </DialogForm>
    </Modal>
  );
}
