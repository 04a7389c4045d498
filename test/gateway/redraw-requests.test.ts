import { describe, expect, it } from 'vitest';
import type { Losses } from '../../src/contract/recorder-protocol.js';
import { RedrawRequests } from '../../src/gateway/relay/redraw-requests.js';

const losses = (opened: number, open: number): Losses => ({ opened, open, longestMs: 0 });

describe('a target is asked to draw again', () => {
  it('at once when something is lost, also when the gap has ended by then', () => {
    expect(new RedrawRequests(0).due(losses(1, 1), 5000)).toBe(true);
    expect(new RedrawRequests(0).due(losses(1, 0), 5000)).toBe(true);
  });

  it('not for nothing, nor for what an earlier connection has lost', () => {
    expect(new RedrawRequests(0).due(losses(0, 0), 5000)).toBe(false);
    expect(new RedrawRequests(3).due(losses(3, 0), 5000)).toBe(false);
    expect(new RedrawRequests(3).due(losses(4, 0), 5000)).toBe(true);
  });

  it('ever more seldom while it stays lost, however many gaps there are', () => {
    const requests = new RedrawRequests(0);
    const asked: number[] = [];
    for (let timeMs = 0; timeMs <= 120_000; timeMs += 500) {
      if (requests.due(losses(1 + timeMs, 2), timeMs)) asked.push(timeMs / 1000);
    }
    expect(asked).toEqual([0, 2, 6, 14, 30, 60, 90, 120]);
  });

  it('soon again for the next loss, when all was well in between', () => {
    const requests = new RedrawRequests(0);
    for (const timeMs of [0, 2000, 6000]) expect(requests.due(losses(1, 1), timeMs)).toBe(true);
    expect(requests.due(losses(1, 0), 16_000)).toBe(false);
    expect(requests.due(losses(2, 1), 16_000)).toBe(true);
    expect(requests.due(losses(2, 1), 17_900)).toBe(false);
    expect(requests.due(losses(2, 1), 18_000)).toBe(true);
  });
});
