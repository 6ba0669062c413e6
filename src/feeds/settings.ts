import * as z from 'zod';

/** Where a feed is read from: exactly one of the two. */
export const FeedSettings = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** Counted from the folder of the configuration. */
    file: z.string().min(1).optional(),
    /** The way to it leads through a private network. */
    allowPrivate: z.boolean().default(false),
    maxMegabytes: z.number().positive().max(1024).default(256),
    /** What was published longer ago is no answer any more. Absent: it is, however old. */
    maxAgeHours: z.number().positive().optional(),
    timeoutSeconds: z.number().positive().max(3600).default(300),
  })
  .refine(({ url, file }) => (url === undefined) !== (file === undefined), {
    message: 'give exactly one of url and file',
  });
export type FeedSettings = z.infer<typeof FeedSettings>;
