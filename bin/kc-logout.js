#!/usr/bin/env node
import { run } from '../dist/kc-logout.js'

process.exitCode = await run()
