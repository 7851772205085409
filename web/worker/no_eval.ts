/** Imported first: the page's policy forbids code from text, which zod would try, and which browsers then report. */
import { config } from "zod";

config({ jitless: true });
