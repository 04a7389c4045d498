import { expect, it } from 'vitest';
import { isEntraAccount } from '../../../src/rdp/connection/entra-account.js';

it.each([
  ['AzureAD', 'ada'],
  ['AZUREAD', 'ada@contoso.com'],
  // Windows reads up to the first NUL, whatever length was said.
  ['AzureAD\0', 'ada'],
  ['AzureAD\0\0HOME', 'ada'],
  [' AzureAD ', 'ada'],
  ['', 'AzureAD\\ada@contoso.com'],
  // As it is typed for a machine that takes no NLA.
  ['', '.\\AzureAD\\ada@contoso.com'],
  ['.', 'azuread\\ada'],
])('[invariant 1] domain %j with user name %j is an account of Entra ID', (domain, userName) => {
  expect(isEntraAccount({ domain, userName })).toBe(true);
});

it.each([
  ['', ''],
  ['CONTOSO', 'ada'],
  ['CONTOSO', 'AzureAD'],
  ['', 'azuread@contoso.com'],
  ['AzureADx', 'ada'],
  ['', 'ada\0\\AzureAD\\eve'],
])('domain %j with user name %j is none', (domain, userName) => {
  expect(isEntraAccount({ domain, userName })).toBe(false);
});
