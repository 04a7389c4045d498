/** The files that xrdp 0.9 and its session manager read. */
import type { CertificateFiles } from './certificate.js';

export type XrdpSecurityLayer = 'tls' | 'rdp' | 'negotiate';

export interface XrdpConfig {
  readonly port: number;
  readonly sesmanPort: number;
  readonly securityLayer: XrdpSecurityLayer;
  readonly certificate: CertificateFiles;
  /** Further or other lines of xrdp.ini's [Globals]. */
  readonly globals: Readonly<Record<string, string>>;
  /** The first X display that sesman tries. */
  readonly firstDisplay: number;
  readonly desktopScript: string;
  readonly xrdpLogFile: string;
  readonly sesmanLogFile: string;
  readonly xorgLogFile: string;
}

type Section = Readonly<Record<string, string | number | boolean>>;

export function xrdpIni(config: XrdpConfig): string {
  return (
    section('Globals', {
      ini_version: 1,
      fork: true,
      port: `tcp://127.0.0.1:${config.port}`,
      security_layer: config.securityLayer,
      crypt_level: 'high',
      certificate: config.certificate.certificateFile,
      key_file: config.certificate.keyFile,
      ssl_protocols: 'TLSv1.2, TLSv1.3',
      autorun: 'Xorg',
      allow_channels: true,
      allow_multimon: true,
      bitmap_cache: true,
      bitmap_compression: true,
      bulk_compression: true,
      max_bpp: 32,
      new_cursors: true,
      use_fastpath: 'both',
      ...config.globals,
    }) +
    section('Logging', { LogFile: config.xrdpLogFile, LogLevel: 'INFO', EnableSyslog: false }) +
    section('Channels', { rdpdr: true, rdpsnd: true, drdynvc: true, cliprdr: true, rail: true }) +
    // With any other address than 127.0.0.1, xrdp looks for the session's X server on TCP and does not find it.
    section('Xorg', {
      name: 'Xorg',
      lib: 'libxup.so',
      username: 'ask',
      password: 'ask',
      ip: '127.0.0.1',
      port: -1,
      code: 20,
    })
  );
}

export function sesmanIni(config: XrdpConfig): string {
  const xorg = ['/usr/lib/xorg/Xorg', '-config', 'xrdp/xorg.conf', '-noreset', '-nolisten', 'tcp'];
  return (
    section('Globals', {
      ListenAddress: '127.0.0.1',
      ListenPort: config.sesmanPort,
      EnableUserWindowManager: false,
      UserWindowManager: 'startwm.sh',
      DefaultWindowManager: config.desktopScript,
    }) +
    section('Security', { AllowRootLogin: false, MaxLoginRetry: 4 }) +
    section('Sessions', {
      X11DisplayOffset: config.firstDisplay,
      MaxSessions: 8,
      KillDisconnected: false,
      Policy: 'Default',
    }) +
    section('Logging', { LogFile: config.sesmanLogFile, LogLevel: 'INFO', EnableSyslog: false }) +
    `[Xorg]\n${[...xorg, '-logfile', config.xorgLogFile].map((param) => `param=${param}\n`).join('')}\n` +
    section('Chansrv', { FuseMountName: 'thinclient_drives' }) +
    section('ChansrvLogging', { LogLevel: 'INFO', EnableSyslog: false })
  );
}

function section(name: string, values: Section): string {
  const lines = Object.entries(values).map(([key, value]) => `${key}=${String(value)}\n`);
  return `[${name}]\n${lines.join('')}\n`;
}
