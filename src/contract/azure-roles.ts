/** The roles of Azure that decide about connections, by their names and by the ids of their definitions. */

export const AZURE_ROLES = {
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  'Virtual Machine Administrator Login': '1c0163c0-47e6-4577-8991-ea5c82e286e4',
  'Virtual Machine User Login': 'fb879df8-f326-4884-b1cf-06f3ad86be52',
} as const;

export type AzureRole = keyof typeof AZURE_ROLES;

export const AZURE_ROLE_NAMES = Object.keys(AZURE_ROLES) as readonly AzureRole[];
