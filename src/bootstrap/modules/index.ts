import type { Module } from '../module';
import { jobs } from './jobs';

/** What this service does. */
export const MODULES: readonly Module[] = [jobs];
