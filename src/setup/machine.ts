/** What the doctor needs to know of a machine; the host looks it up. */

/** A file that tells the Vulkan loader of a driver. */
export interface DriverFile {
  readonly path: string;
  /** The driver's library as the file names it; empty if the file cannot be understood. */
  readonly library: string;
  readonly isLibraryFound: boolean;
  /** False where the Vulkan loader does not look, unless a variable names the file. */
  readonly isSearched: boolean;
}

/** A machine as its files and variables show it. Empty texts and lists where nothing is known. */
export interface Machine {
  /** The version of wgrad. */
  readonly version: string;
  /** "linux", "darwin" or "windows". */
  readonly os: string;
  /** Name and version of the system, and the processor's architecture. */
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** The Vulkan loader's library, where there is one. */
  readonly vulkanLoader: string | undefined;
  readonly drivers: readonly DriverFile[];
  /** Installed driver packages and kernel drivers, with versions. */
  readonly driverVersions: readonly string[];
  /**
   * GPU device files, such as /dev/dri/renderD128 or /dev/nvidia0, and whether this user may open them; undefined
   * where the process may not look.
   */
  readonly deviceFiles: readonly { readonly path: string; readonly isUsable: boolean }[] | undefined;
  /** The variables that steer drivers and browsers and are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** The browser of the page tests. */
  readonly browser: string | undefined;
}
