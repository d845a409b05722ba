// The answers of the API by the names that the screens use; their shapes are those of docs/openapi.json.
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A text in both languages. */
export type Said = Schemas["Words"];
export type BenefitStatus = Schemas["BenefitStatus"];
export type PersonStatus = Schemas["Status"];
export type Proposal = Schemas["ProposalToDecide"];
export type Suspicion = Schemas["SuspicionToVerify"];
export type Ending = Schemas["EndingToApprove"];
export type Objection = Schemas["ObjectionToDecide"];
export type Visit = Schemas["PendingVisit"];
export type Limit = Schemas["SuspensionLimit"];
export type DroppedFile = Schemas["DroppedFileShown"];
export type Feed = Schemas["FeedStands"];
export type AuditEntry = Schemas["TrailEntry"];
export type AuditTrail = Schemas["Trail"];
export type Statistics = Schemas["Figures"];
/** The figures of an area on a day. */
export type Summary = Schemas["Summary"];
export type Waiting = Schemas["Waiting"];
export type Portrait = Schemas["Portrait"];
export type EvidenceShown = Schemas["EvidenceShown"];
export type Difference = Schemas["PayRunLine"];
export type VisitReport = Schemas["VisitReport"];
export type Meeting = Schemas["Meeting"];
export type Recipient = Schemas["Recipient"];

export interface PageOf<Item> {
  items: Item[];
  next: string | null;
}
