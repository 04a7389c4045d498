/** What people may type about the host, targets and role assignments; the same for the HTTP API and the command line. */
import { Type } from 'typebox';
import { AZURE_ROLE_NAMES } from '../contract/azure-roles.js';
import { SKUS } from '../contract/inventory.js';

const STRICT = { additionalProperties: false } as const;
const NO_CONTROLS = '^[^\\x00-\\x1f\\x7f]+$';

const oneOf = <const Name extends string>(names: readonly Name[]) => Type.Enum([...names]);
/** A resource id of Azure, or a scope: segments behind slashes. */
const RESOURCE_ID = Type.String({ minLength: 1, maxLength: 500, pattern: '^(/|(/[^/\\x00-\\x1f\\x7f]+)+/?)$' });
const NAME = Type.String({ minLength: 1, maxLength: 100, pattern: NO_CONTROLS });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const RECORDING = oneOf(['required', 'preferred', 'off']);

const MANAGEMENT_GROUP = Type.Object(
  {
    name: NAME,
    parent: orNull(NAME),
    subscriptions: Type.Array(Type.String({ minLength: 1, maxLength: 100, pattern: '^[^/\\s]+$' }), { maxItems: 1000 }),
  },
  STRICT,
);

const flag = Type.Optional(Type.Boolean());

export const HOST_CHANGE = Type.Object(
  {
    sku: Type.Optional(oneOf(SKUS)),
    ipConnect: flag,
    nativeClient: flag,
    shareableLinks: flag,
    sessionRecording: flag,
    recording: Type.Optional(RECORDING),
    forcedTunnelling: flag,
    expressRouteDefaultRoute: flag,
    bastionSubnetUdr: flag,
    ntlmFallbackBlocked: flag,
    resourceId: Type.Optional(RESOURCE_ID),
    virtualNetworkId: Type.Optional(orNull(RESOURCE_ID)),
    managementGroups: Type.Optional(Type.Array(MANAGEMENT_GROUP, { maxItems: 1000 })),
    endSessions: flag,
  },
  STRICT,
);

/** Host name, IPv4 or IPv6 address. */
const ADDRESS = Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._:-]+$' });
const PORT = Type.Integer({ minimum: 1, maximum: 65_535 });

/** In place of a target. */
export const TYPED_ADDRESS = Type.Object(
  { address: Type.String({ minLength: 2, maxLength: 45, pattern: '^[0-9A-Fa-f.:]+$' }), port: Type.Optional(PORT) },
  STRICT,
);

const PLACE = {
  kind: Type.Optional(oneOf(['resource', 'ip'])),
  resourceId: Type.Optional(orNull(RESOURCE_ID)),
  nicId: Type.Optional(orNull(RESOURCE_ID)),
  virtualNetworkId: Type.Optional(orNull(RESOURCE_ID)),
  peered: flag,
  entraJoined: flag,
  realm: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._-]+$' }))),
  certificatePolicy: Type.Optional(oneOf(['trust-on-first-use', 'pinned', 'ca'])),
  certificateSha256: Type.Optional(orNull(Type.String({ pattern: '^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$' }))),
  /** Null: the host's setting holds. */
  recording: Type.Optional(orNull(RECORDING)),
};

export const NEW_TARGET = Type.Object({ name: NAME, address: ADDRESS, port: Type.Optional(PORT), ...PLACE }, STRICT);

export const TARGET_CHANGE = Type.Object(
  {
    name: Type.Optional(NAME),
    address: Type.Optional(ADDRESS),
    port: Type.Optional(PORT),
    ...PLACE,
    endSessions: flag,
  },
  STRICT,
);

export const NEW_ROLE_ASSIGNMENT = Type.Object(
  {
    principalKind: Type.Optional(oneOf(['user', 'group', 'product-role'])),
    principal: Type.String({ minLength: 1, maxLength: 256, pattern: NO_CONTROLS }),
    role: oneOf(AZURE_ROLE_NAMES),
    scope: RESOURCE_ID,
  },
  STRICT,
);

/** Entries as the Azure CLI prints them: what is in them is read one by one. */
const FILE = Type.Array(Type.Unknown(), { maxItems: 100_000 });

export const TARGET_FILES = Type.Object({ vms: FILE, nics: Type.Optional(FILE) }, STRICT);
export const ASSIGNMENT_FILE = Type.Object({ roleAssignments: FILE, replace: flag }, STRICT);
