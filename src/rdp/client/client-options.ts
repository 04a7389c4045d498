/** What a client of our own asks for, and the PDUs that say it: Connect-Initial, Client Info, Confirm Active. */
import {
  INFO_AUTOLOGON,
  INFO_COMPRESSION,
  INFO_DISABLECTRLALTDEL,
  INFO_LOGONNOTIFY,
  INFO_MOUSE,
  INFO_UNICODE,
  type ClientInfo,
} from '../connection/client-info.js';
import {
  RNS_UD_CS_SUPPORT_ERRINFO_PDU,
  RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN,
  RNS_UD_CS_WANT_32BPP_SESSION,
} from '../connection/gcc/client-core-data.js';
import type { ClientDataBlock } from '../connection/gcc/client-data-blocks.js';
import type { ChannelDefinition } from '../connection/gcc/client-network-data.js';
import { encodeConferenceCreateRequest } from '../connection/gcc/conference-create-request.js';
import { encodeConnectInitial } from '../connection/mcs/connect-initial.js';
import { encodeDomainParameters } from '../connection/mcs/domain-parameters.js';
import { bytesFromUtf16 } from '../connection/text.js';
import type { BitmapCodecEntry } from '../session/capabilities/bitmap-codecs.js';

export interface ClientOptions {
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly colorDepth: 15 | 16 | 24 | 32;
  /** `selectedProtocol` of the server's X.224 Connection Confirm, which the client repeats inside TLS. */
  readonly selectedProtocol: number;
  readonly userName: string;
  readonly password: string;
  readonly domain: string;
  /** At most 15 characters. */
  readonly clientName: string;
  readonly channels: readonly ChannelDefinition[];
  /** Compression package that the server may use for updates, PACKET_COMPR_TYPE_*; null for none. */
  readonly compressionType: number | null;
  readonly bitmapCodecs: readonly BitmapCodecEntry[];
  /** False for slow-path updates. */
  readonly fastPathOutput: boolean;
  /** Whether the client may leave out channel joins, if the server agrees. */
  readonly skipChannelJoin: boolean;
}

/** RDP 5.0 and later. */
const CLIENT_VERSION = 0x0008_0004;
const RNS_UD_COLOR_8BPP = 0xca01;
const RNS_UD_SAS_DEL = 0xaa03;
const US_KEYBOARD_LAYOUT = 0x0409;
const IBM_ENHANCED_KEYBOARD = 4;
const FUNCTION_KEYS = 12;
const CLIENT_NAME_BYTES = 32;
const IME_FILE_NAME_BYTES = 64;
const DIG_PRODUCT_ID_BYTES = 64;

/** `supportedColorDepths`: 24, 16, 15 and 32 bpp. */
const SUPPORTED_COLOR_DEPTHS = 0x000f;

const COMPRESSION_TYPE_SHIFT = 9;

const AF_INET = 2;

/** The numbers of Microsoft's client: target, minimum and maximum. */
const PARAMETERS = {
  target: [34, 2, 0, 1, 0, 1, 65_535, 2],
  minimum: [1, 1, 1, 1, 0, 1, 1056, 2],
  maximum: [65_535, 64_535, 65_535, 1, 0, 1, 65_535, 2],
} as const;

function domainParameters(numbers: (typeof PARAMETERS)[keyof typeof PARAMETERS]): Uint8Array {
  const [maxChannelIds, maxUserIds, maxTokenIds, numPriorities, minThroughput, maxHeight, size, protocolVersion] =
    numbers;
  return encodeDomainParameters({
    maxChannelIds,
    maxUserIds,
    maxTokenIds,
    numPriorities,
    minThroughput,
    maxHeight,
    maxMcsPduSize: size,
    protocolVersion,
  });
}

/** UTF-16 in a field of a fixed size, zeros behind it. Throws RangeError when there is no place for a terminator. */
function fixedText(text: string, sizeBytes: number): Uint8Array {
  const bytes = bytesFromUtf16(text);
  if (bytes.length > sizeBytes - 2) throw new RangeError('clientName is too long');
  const field = new Uint8Array(sizeBytes);
  field.set(bytes);
  return field;
}

function coreData(options: ClientOptions): ClientDataBlock {
  const { colorDepth, skipChannelJoin } = options;
  const wants32 = colorDepth === 32;
  return {
    kind: 'core',
    version: CLIENT_VERSION,
    desktopWidth: options.desktopWidth,
    desktopHeight: options.desktopHeight,
    colorDepth: RNS_UD_COLOR_8BPP,
    sasSequence: RNS_UD_SAS_DEL,
    keyboardLayout: US_KEYBOARD_LAYOUT,
    clientBuild: 2600,
    clientName: fixedText(options.clientName, CLIENT_NAME_BYTES),
    keyboardType: IBM_ENHANCED_KEYBOARD,
    keyboardSubType: 0,
    keyboardFunctionKey: FUNCTION_KEYS,
    imeFileName: new Uint8Array(IME_FILE_NAME_BYTES),
    postBeta2ColorDepth: RNS_UD_COLOR_8BPP,
    clientProductId: 1,
    serialNumber: 0,
    highColorDepth: wants32 ? 24 : colorDepth,
    supportedColorDepths: SUPPORTED_COLOR_DEPTHS,
    earlyCapabilityFlags:
      RNS_UD_CS_SUPPORT_ERRINFO_PDU |
      (wants32 ? RNS_UD_CS_WANT_32BPP_SESSION : 0) |
      (skipChannelJoin ? RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN : 0),
    clientDigProductId: new Uint8Array(DIG_PRODUCT_ID_BYTES),
    connectionType: 0,
    pad1octet: 0,
    serverSelectedProtocol: options.selectedProtocol,
    desktopPhysicalWidth: null,
    desktopPhysicalHeight: null,
    desktopOrientation: null,
    desktopScaleFactor: null,
    deviceScaleFactor: null,
  };
}

/** The MCS PDU. */
export function connectInitial(options: ClientOptions): Uint8Array {
  const clientData: ClientDataBlock[] = [
    coreData(options),
    { kind: 'cluster', flags: 0, redirectedSessionId: 0 },
    { kind: 'security', encryptionMethods: 0, extEncryptionMethods: 0 },
  ];
  if (options.channels.length > 0) clientData.push({ kind: 'network', channels: options.channels });
  return encodeConnectInitial({
    callingDomainSelector: Uint8Array.of(1),
    calledDomainSelector: Uint8Array.of(1),
    upwardFlag: true,
    targetParameters: domainParameters(PARAMETERS.target),
    minimumParameters: domainParameters(PARAMETERS.minimum),
    maximumParameters: domainParameters(PARAMETERS.maximum),
    userData: encodeConferenceCreateRequest({ clientData }),
  });
}

export function clientInfo(options: ClientOptions): ClientInfo {
  const { compressionType, domain, userName, password } = options;
  const compression = compressionType === null ? 0 : INFO_COMPRESSION | (compressionType << COMPRESSION_TYPE_SHIFT);
  const flags = INFO_MOUSE | INFO_UNICODE | INFO_LOGONNOTIFY | INFO_DISABLECTRLALTDEL | INFO_AUTOLOGON | compression;
  return {
    codePage: 0,
    flags,
    domain,
    userName,
    password,
    alternateShell: '',
    workingDir: '',
    extraInfo: {
      clientAddressFamily: AF_INET,
      clientAddress: '0.0.0.0\0',
      clientDir: '\0',
      clientTimeZone: new Uint8Array(172),
      clientSessionId: 0,
      performanceFlags: 0,
      autoReconnectCookie: new Uint8Array(0),
      reserved1: null,
      reserved2: null,
      dynamicDstTimeZoneKeyName: null,
      dynamicDaylightTimeDisabled: null,
      trailing: new Uint8Array(0),
    },
  };
}
