/** A Kerberos KDC (MIT) on loopback with a realm of its own, and kinit against it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.js';
import { freePort } from './free-port.js';
import { isListening } from './listening-sockets.js';

export interface Krb5KdcOptions {
  readonly realm: string;
  readonly user: string;
  readonly password: string;
}

export interface Krb5Kdc {
  /** TCP and UDP. */
  readonly port: number;
}

const MASTER_PASSWORD = 'of the database, which nobody types';

export async function startKrb5Kdc(lab: Lab, { realm, user, password }: Krb5KdcOptions): Promise<Krb5Kdc> {
  const home = lab.scratch('krb5kdc');
  const port = await freePort();
  const [kdcConf, krb5Conf] = [join(home, 'kdc.conf'), join(home, 'krb5.conf')];
  await writeFile(
    kdcConf,
    `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
 ${realm} = {
  database_name = ${join(home, 'principal')}
  key_stash_file = ${join(home, 'stash')}
  acl_file = ${join(home, 'kadm5.acl')}
 }
`,
  );
  await writeFile(krb5Conf, `[libdefaults]\n default_realm = ${realm}\n dns_lookup_kdc = false\n`);
  const env = { HOME: home, KRB5_CONFIG: krb5Conf, KRB5_KDC_PROFILE: kdcConf };
  await lab.run('kdb5_util', ['create', '-s', '-r', realm, '-P', MASTER_PASSWORD], env);
  await lab.run('kadmin.local', ['-r', realm, '-q', `addprinc -pw ${password} ${user}`], env);
  const process = await lab.start({ name: 'krb5kdc', command: 'krb5kdc', args: ['-n', '-r', realm], env });
  await process.ready(`port ${port}`, () => isListening(port));
  return { port };
}

export interface KinitOptions extends Krb5KdcOptions {
  /** `https://host:port/path` of a KDC proxy. */
  readonly kdcProxy: string;
  /** PEM file of the certificate that the proxy shows. */
  readonly certificateFile: string;
}

/** Gets a ticket; gives what klist says of it. Rejects when there is none: the error has what kinit says. */
export async function kinit(lab: Lab, options: KinitOptions): Promise<string> {
  const { realm, user, password, kdcProxy, certificateFile } = options;
  const home = lab.scratch('kinit');
  const config = join(home, 'krb5.conf');
  await writeFile(
    config,
    `[libdefaults]
 default_realm = ${realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
[realms]
 ${realm} = {
  kdc = ${kdcProxy}
  http_anchors = FILE:${certificateFile}
 }
`,
  );
  const env = { HOME: home, KRB5_CONFIG: config, KRB5CCNAME: `FILE:${join(home, 'tickets')}` };
  const process = await lab.start({ name: 'kinit', command: 'kinit', args: [user], env, input: `${password}\n` });
  const { code } = await process.exited;
  if (code !== 0) throw new Error(process.log());
  return lab.run('klist', [], env);
}
