import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineOf, isOverdue } from './sla.ts';

const DAY = 86_400_000;

test('the days of the severity run from the start of the episode', () => {
  assert.equal(deadlineOf({ severity: 'critical', openedAt: 0 }), 7 * DAY);
  assert.equal(deadlineOf({ severity: 'low', openedAt: DAY }), 181 * DAY);
});

test('a re-score moves the deadline from the same start', () => {
  assert.equal(deadlineOf({ severity: 'high', openedAt: 5 * DAY }), 35 * DAY);
  assert.equal(deadlineOf({ severity: 'critical', openedAt: 5 * DAY }), 12 * DAY);
});

test('a severity without days has no deadline unless the vendor set one', () => {
  assert.equal(deadlineOf({ severity: 'unknown', openedAt: 0 }), undefined);
  assert.equal(deadlineOf({ severity: 'unknown', openedAt: 0, vendorDueAt: DAY }), DAY);
});

test('a severity that is not named goes by the next milder one that is', () => {
  const days = { high: 14, low: 60 };

  assert.equal(deadlineOf({ severity: 'critical', openedAt: 0 }, days), 14 * DAY);
  assert.equal(deadlineOf({ severity: 'medium', openedAt: 0 }, days), 60 * DAY);
  assert.equal(deadlineOf({ severity: 'info', openedAt: 0 }, days), undefined);
  assert.equal(deadlineOf({ severity: 'unknown', openedAt: 0 }, days), undefined);
  assert.equal(deadlineOf({ severity: 'unknown', openedAt: 0 }, { ...days, unknown: 7 }), 7 * DAY);
});

test("a vendor's own deadline wins over the table", () => {
  assert.equal(deadlineOf({ severity: 'critical', openedAt: 0, vendorDueAt: 40 * DAY }), 40 * DAY);
});

test('time under a waiver does not count, and overlapping waivers count once', () => {
  const waived = [
    { from: 2 * DAY, to: 4 * DAY },
    { from: 3 * DAY, to: 5 * DAY },
    { from: 90 * DAY, to: 99 * DAY },
  ];

  assert.equal(deadlineOf({ severity: 'critical', openedAt: 0, waived }), 10 * DAY);
});

test('the moment of the deadline itself is still in time', () => {
  assert.equal(isOverdue(7 * DAY, 7 * DAY), false);
  assert.equal(isOverdue(7 * DAY, 7 * DAY + 1), true);
  assert.equal(isOverdue(7 * DAY, 99 * DAY, 6 * DAY), false);
  assert.equal(isOverdue(undefined, 99 * DAY), false);
});
