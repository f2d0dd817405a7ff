/** `1,16,64` as a command's option. */
export const numberList = (list: string) => list.split(',').map(Number);
