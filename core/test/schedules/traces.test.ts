// The rules of schedules, as scripts that can be read.
import { Machine } from '../support/machine.ts';
import { scheduleTraceCommands } from '../support/schedule-trace.ts';
import { testTraces } from '../support/trace.ts';

testTraces('schedule', () => scheduleTraceCommands(new Machine()));
