/** The signed-in person of a request. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignedInUser } from '../identity/identity.js';
import { ProblemError } from './problems.js';

export type RequestUser = SignedInUser;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route below /api/v1 that needs a role. @throws ProblemError `not-signed-in` when nobody is */
    readonly user: RequestUser;
  }
}

const users = new WeakMap<FastifyRequest, RequestUser>();

/** Makes `request.user` available. */
export function decorateRequestUser(app: FastifyInstance): void {
  app.decorateRequest('user', {
    getter(this: FastifyRequest): RequestUser {
      const user = users.get(this);
      if (user === undefined) throw new ProblemError('not-signed-in');
      return user;
    },
  });
}

export function setRequestUser(request: FastifyRequest, user: RequestUser): void {
  users.set(request, user);
}

/** Null when nobody is signed in. */
export function optionalUser(request: FastifyRequest): RequestUser | null {
  return users.get(request) ?? null;
}
