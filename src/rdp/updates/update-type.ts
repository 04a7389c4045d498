/** Types of slow-path graphics updates, [MS-RDPBCGR] 2.2.9.1.1.3.1. Fast-path bitmap and palette updates repeat them. */
export const UpdateType = { orders: 0, bitmap: 1, palette: 2, synchronize: 3 } as const;
