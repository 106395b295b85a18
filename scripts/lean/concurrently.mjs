// What is used of concurrently: its index loads the flow control of its own command line beside them.

export { concurrently as createConcurrently } from 'concurrently-internal/concurrently';
export { Logger } from 'concurrently-internal/logger';
