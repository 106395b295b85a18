// Its effect is all: `node --require devstart/handover server.js`.
export {};
