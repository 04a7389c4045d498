import type { RecordingSetting } from '../../src/contract/rule.js';
import type { RecordingState, SessionState } from '../../src/contract/api.js';

type Tone = 'good' | 'live' | 'warn' | 'bad' | 'plain';

const SESSION: { readonly [state in SessionState]: readonly [label: string, tone: Tone] } = {
  authorised: ['Waiting for client', 'plain'],
  connecting: ['Connecting', 'live'],
  live: ['Live', 'live'],
  'client-lost': ['Client lost', 'warn'],
  ended: ['Ended', 'plain'],
  refused: ['Refused', 'bad'],
  expired: ['Ticket expired', 'plain'],
};

const RECORDING: { readonly [state in RecordingState]: readonly [label: string, tone: Tone] } = {
  none: ['Not recorded', 'plain'],
  live: ['Recording', 'live'],
  finishing: ['Finishing', 'warn'],
  finished: ['Stored', 'good'],
  failed: ['Failed', 'bad'],
  withheld: ['Withheld', 'bad'],
};

const SETTING: { readonly [setting in RecordingSetting]: readonly [label: string, tone: Tone] } = {
  required: ['Will be recorded', 'live'],
  preferred: ['Recorded if possible', 'warn'],
  off: ['Not recorded', 'plain'],
};

export function Badge({ text, tone }: { text: string; tone: Tone }) {
  return <span class={`badge badge-${tone}`}>{text}</span>;
}

export function SessionBadge({ state }: { state: SessionState }) {
  const [text, tone] = SESSION[state];
  return <Badge text={text} tone={tone} />;
}

export function RecordingBadge({ state }: { state: RecordingState }) {
  const [text, tone] = RECORDING[state];
  return <Badge text={text} tone={tone} />;
}

export function SettingBadge({ setting }: { setting: RecordingSetting }) {
  const [text, tone] = SETTING[setting];
  return <Badge text={text} tone={tone} />;
}
