// A helper in TypeScript, imported by typescript.ts.
export type Cents = number & { readonly unit?: "cents" };

export const cents = (price: number): Cents => Math.round(price * 100);
