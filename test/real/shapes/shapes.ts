import { bundlers } from './bundlers.ts';
import { frameworks } from './frameworks.ts';
import type { Shape } from './shape.ts';
import { viteNode } from './vite-node.ts';
import { vitePython } from './vite-python.ts';

export const shapes: Shape[] = [...viteNode, ...vitePython, ...frameworks, ...bundlers];
