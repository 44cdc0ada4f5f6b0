// SPDX-License-Identifier: Apache-2.0
// Names for what the API's document says.
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Endpoint = Schemas["Endpoint"];
export type EndpointDetails = Schemas["EndpointDetails"];
export type Part = EndpointDetails["parts"][number];
export type Mark = EndpointDetails["marks"][string][number];
export type Decision = EndpointDetails["decisions"][number];
export type Collection = Schemas["Collection"];
export type Facets = Schemas["Facets"];
export type FacetValue = NonNullable<Facets["method"]>[number];
export type Hour = Schemas["Hour"];
export type Traffic = Schemas["Traffic"];
export type Sample = Schemas["Sample"];
export type Change = Schemas["Change"];
export type Caller = Schemas["Caller"];
export type Conformance = Schemas["Conformance"];
export type ConformanceItem = Conformance["items"][number];
export type Collector = Schemas["Collector"];
export type Coverage = Schemas["Coverage"];
export type ProcessCoverage = Schemas["ProcessCoverage"];
export type LiveRecord = Schemas["LiveRecord"];
export type Session = Schemas["Session"];
export type Status = Schemas["Status"];
export type Removed = Schemas["Removed"];
export type Undone = Schemas["Undone"];
export type AuditLine = Schemas["AuditLine"];
type Sensitive = Schemas["Sensitive"];
export type SensitiveType = Extract<Sensitive, { type: string }>;
export type SensitivePlace = Extract<Sensitive, { place: string }>;

export type Paths = keyof paths;
export type Method = "get" | "put" | "post" | "delete";
type Operation<P extends Paths, M extends Method> = NonNullable<paths[P][M]>;
/** What a route answers, the parameters of its path and its query. */
export type Answer<P extends Paths, M extends Method> =
  Operation<P, M> extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;
export type Query<P extends Paths, M extends Method> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? Q : never;
export type PathsWith<M extends Method> = {
  [P in Paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[Paths];
export type EndpointSort = NonNullable<NonNullable<Query<"/api/v1/endpoints", "get">>["sort"]>;
