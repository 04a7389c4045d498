/** A TLS certificate for a server of the lab. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Writes a self-signed certificate and its key (PEM) into the folder. */
export async function writeCertificate(folder: string, commonName = 'localhost'): Promise<CertificateFiles> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], { keySize: 2048 });
  const files = { certificateFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key') };
  await writeFile(files.certificateFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
  return files;
}
