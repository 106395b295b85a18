// What concurrently uses of rxjs, by file: its index evaluates some 150 modules at start-up.

export { lastValueFrom } from 'rxjs-internal/lastValueFrom';
export { combineLatest } from 'rxjs-internal/observable/combineLatest';
export { fromEvent } from 'rxjs-internal/observable/fromEvent';
export { merge } from 'rxjs-internal/observable/merge';
export { of } from 'rxjs-internal/observable/of';
export { race } from 'rxjs-internal/observable/race';
export { throwError } from 'rxjs-internal/observable/throwError';
export { delay } from 'rxjs-internal/operators/delay';
export { filter } from 'rxjs-internal/operators/filter';
export { map } from 'rxjs-internal/operators/map';
export { observeOn } from 'rxjs-internal/operators/observeOn';
export { share } from 'rxjs-internal/operators/share';
export { switchMap } from 'rxjs-internal/operators/switchMap';
export { take } from 'rxjs-internal/operators/take';
export { takeUntil } from 'rxjs-internal/operators/takeUntil';
export { ReplaySubject } from 'rxjs-internal/ReplaySubject';
export { Subject } from 'rxjs-internal/Subject';
