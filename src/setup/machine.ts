/** What the doctor needs to know about a machine; the host collects it. */

/** A file that tells the Vulkan loader about a driver. */
export interface DriverFile {
  readonly path: string;
  /** The driver's library as given in the file; empty if the file cannot be parsed. */
  readonly library: string;
  readonly isLibraryFound: boolean;
  /** False if the Vulkan loader does not look there, unless a variable names the file. */
  readonly isSearched: boolean;
}

/** NVIDIA's driver, and what its Vulkan library needs of the system. */
export interface NvidiaDriver {
  /** The cards, such as "Tesla T4"; empty if the process is not allowed to look. */
  readonly models: readonly string[];
  /** True if libglvnd finds the driver's EGL library. */
  readonly hasEglFile: boolean;
  /** True if the X extension library is there, which the driver loads also without a screen. */
  readonly hasXext: boolean;
  /** The versions of glibc that the driver needs and that the system has, where both are known. */
  readonly glibc: { readonly needed: string; readonly had: string } | undefined;
}

/** What a machine's files and variables say about it. Texts and lists are empty if nothing is known. */
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
  /** The Vulkan loader's library, if there is one. */
  readonly vulkanLoader: string | undefined;
  readonly drivers: readonly DriverFile[];
  /** Installed driver packages and kernel drivers, with versions. */
  readonly driverVersions: readonly string[];
  /**
   * GPU device files, such as /dev/dri/renderD128 or /dev/nvidia0, and whether this user may open them;
   * undefined if the process is not allowed to look.
   */
  readonly deviceFiles: readonly { readonly path: string; readonly isUsable: boolean }[] | undefined;
  /** NVIDIA's driver; undefined where there is none. */
  readonly nvidia: NvidiaDriver | undefined;
  /** The variables for drivers and browsers that are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** The browser for the page tests. */
  readonly browser: string | undefined;
}
